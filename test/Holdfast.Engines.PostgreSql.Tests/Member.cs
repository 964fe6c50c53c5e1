using System.Collections.Immutable;
using System.Diagnostics;
using Holdfast.Demo.Cluster;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Engines.Processes;
using Holdfast.Model;
using Holdfast.Ports;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Holdfast.Engines.PostgreSql.Tests;

/// <summary>One member's real PostgreSQL in a directory of its own.</summary>
internal sealed class Member : IAsyncDisposable
{
    public const string SuperuserPassword = "superuser-Secret-1";
    public const string ReplicationPassword = "replication-Secret-2";

    private static readonly SemaphoreSlim TemplateGate = new(1);
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private static string? _template;

    private Member(PostgreSqlOptions options)
    {
        Options = options;
        Signal = new();
        Engine = new(options, Signal, TimeProvider.System, NullLogger.Instance);
    }

    public PostgreSqlOptions Options { get; }

    public CountingSignal Signal { get; }

    public PostgreSqlEngine Engine { get; private set; }

    public string Data => Options.DataDirectory;

    public Upstream AsUpstream => new(Options.MemberName, "127.0.0.1", Options.ConnectPort);

    public int PostmasterPid => PostmasterFile.Read(Data)?.Pid ?? throw new InvalidOperationException("not running");

    public static string Root { get; } = MakeRoot();

    public static Member Create(string name, Func<PostgreSqlOptions, PostgreSqlOptions>? change = null)
    {
        RequirePostgreSql();
        var home = Path.Combine(Root, $"{name}-{Path.GetRandomFileName()[..6]}");
        Directory.CreateDirectory(home);
        var port = FreePorts.Take(1)[0];
        var options = new PostgreSqlOptions
        {
            MemberName = new(name),
            Scope = "demo",
            Listen = new("127.0.0.1", port),
            ConnectHost = "127.0.0.1",
            ConnectPort = port,
            DataDirectory = Path.Combine(home, "data"),
            UnixSocketDirectory = Root,
            OsUser = "postgres",
            Superuser = new("postgres", SuperuserPassword),
            Replication = new("replicator", ReplicationPassword),
            Rewind = new("rewinder", "rewind-Secret-3"),
            MinimumFreeBytesAfterClone = 1 << 20,
            Parameters = ImmutableSortedDictionary<string, string>.Empty
                .Add("shared_buffers", "16MB").Add("fsync", "off").Add("max_connections", "30"),
        };
        return new(change is null ? options : change(options));
    }

    /// <summary>A running primary, from a template that is bootstrapped once.</summary>
    public static async Task<Member> StartPrimaryAsync(string name, Func<PostgreSqlOptions, PostgreSqlOptions>? change = null)
    {
        var member = Create(name, change);
        var template = await TemplateAsync();
        using (var copy = Process.Start("cp", ["-a", template, member.Data]))
        {
            await copy.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        await member.DoAsync(new DatabaseWork.StartPrimary());
        await member.UntilAsync(view => view.IsRunningPrimary);
        return member;
    }

    public async Task<Member> StartReplicaAsync(string name)
    {
        var replica = Create(name);
        await replica.DoAsync(new DatabaseWork.CloneFrom(AsUpstream));
        await HoldSlotsForAsync(replica);
        await replica.DoAsync(new DatabaseWork.StartReplica(AsUpstream));
        await replica.UntilAsync(view => view.IsStreaming);
        return replica;
    }

    public async Task HoldSlotsForAsync(params Member[] members)
    {
        await Engine.ObserveAsync(TestContext.Current.CancellationToken);
        await Engine.SetMemberSlotsAsync(
            members.ToImmutableSortedDictionary(member => member.Options.MemberName, _ => LogPosition.Zero),
            TestContext.Current.CancellationToken);
    }

    /// <summary>Runs a job to its successful end.</summary>
    public async Task<DatabaseJob> DoAsync(DatabaseWork work)
    {
        var job = await TryAsync(work);
        Assert.True(job.State == JobState.Succeeded, $"{job.Kind} {job.State}: {job.Progress}");
        return job;
    }

    public async Task<DatabaseJob> TryAsync(DatabaseWork work)
    {
        Engine.Begin(work);
        var view = await UntilAsync(view => view.Job is { State: not JobState.Running });
        return view.Job ?? throw new InvalidOperationException("no job");
    }

    public Task<DatabaseView> LookAsync() => Engine.ObserveAsync(TestContext.Current.CancellationToken);

    public Task<DatabaseView> UntilAsync(Func<DatabaseView, bool> isSo) => UntilAsync(Engine, isSo);

    public async Task<DatabaseView> UntilAsync(PostgreSqlEngine engine, Func<DatabaseView, bool> isSo)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var view = await engine.ObserveAsync(TestContext.Current.CancellationToken);
            if (isSo(view))
            {
                return view;
            }

            Assert.True(clock.Elapsed < Limit, $"still not so after {Limit.TotalSeconds} s: {view}");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    public async Task<object?> SqlAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(
            $"Host=127.0.0.1;Port={Options.ConnectPort};Username=postgres;Password={SuperuserPassword};Database=postgres;Pooling=false;Timeout=5");
        await connection.OpenAsync(TestContext.Current.CancellationToken);
#pragma warning disable CA2100 // The tests' own statements.
        await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The agent is gone and another one begins; the server runs on.</summary>
    public async Task ReplaceEngineAsync()
    {
        await Engine.DisposeAsync();
        Engine = new(Options, Signal, TimeProvider.System, NullLogger.Instance);
    }

    public int[] LivingProcesses() =>
        [.. ProcFs.Processes().Where(pid => ProcFs.IsNamed(pid, "postgres"u8) && ProcFs.WorkingDirectory(pid) == Data && ProcFs.IsAlive(pid))];

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        PostgreSqlKiller.Of(Data).Kill();
        Directory.Delete(Path.GetDirectoryName(Data) ?? Data, recursive: true);
    }

    /// <summary>A bootstrapped, stopped system that tests copy.</summary>
    public static async Task<string> TemplateAsync()
    {
        await TemplateGate.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            if (_template is null)
            {
                var maker = Create("template", options => options with
                {
                    Bootstrap = new() { InitDb = [new("encoding", "UTF8"), new("data-checksums", null), new("no-sync", null)] },
                });
                await maker.DoAsync(new DatabaseWork.Bootstrap());
                await maker.DoAsync(new DatabaseWork.Stop(TimeSpan.FromSeconds(30)));
                await maker.Engine.DisposeAsync();
                _template = maker.Data;
            }

            return _template;
        }
        finally
        {
            TemplateGate.Release();
        }
    }

    private static string MakeRoot()
    {
        var root = Directory.CreateTempSubdirectory("hfpg").FullName;
        File.SetUnixFileMode(root, (UnixFileMode)0b111_111_111);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(root, recursive: true);
        return root;
    }

    private static void RequirePostgreSql()
    {
        var found = Directory.Exists("/usr/lib/postgresql") || (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(':').Any(directory => File.Exists(Path.Combine(directory, "postgres")));
        Assert.SkipUnless(found || Environment.GetEnvironmentVariable("CI") == "true", "PostgreSQL is not installed: apt-get install postgresql");
    }
}

/// <summary>Counts how often the engine wakes its agent.</summary>
internal sealed class CountingSignal : IAgentSignal, IDisposable
{
    private readonly SemaphoreSlim _wakes = new(0);

    public void Wake() => _wakes.Release();

    public void Dispose() => _wakes.Dispose();

    public void Forget()
    {
        while (_wakes.Wait(0, CancellationToken.None))
        {
        }
    }

    public async Task WaitAsync() => Assert.True(await _wakes.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken), "nothing woke the agent");
}
