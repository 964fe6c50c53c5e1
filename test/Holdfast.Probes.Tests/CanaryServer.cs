using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;
using Holdfast.Model.Probes;
using Holdfast.StoreServers;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Probes.Tests;

/// <summary>One real database server, and a way to it that can be made sick.</summary>
public abstract class CanaryServer : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly DirectoryInfo home = Directory.CreateTempSubdirectory("holdfast-probe-");
    private ChildProcess? server;
    private SickProxy? way;

    /// <summary>Where clients go.</summary>
    public SickProxy Way => way ?? throw new InvalidOperationException("the server has not started");

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    protected string Home => home.FullName;

    protected string Password { get; } = RandomNumberGenerator.GetHexString(20, lowercase: true);

    protected int Port { get; } = FreePorts.Take(1)[0];

    protected abstract bool IsMySql { get; }

    protected abstract string Superuser { get; }

    public async ValueTask InitializeAsync()
    {
        server = ChildProcess.Start(await PrepareAsync(), Path.Combine(Home, "log"), "/");
        way = new SickProxy(Port, TimeProvider.System);
        await UntilAsync(IsUpAsync, () => $"the server did not start: {File.ReadAllText(Path.Combine(Home, "log"))}");
        await CompleteAsync();
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (way is not null)
        {
            await way.DisposeAsync();
        }

        if (server is { IsAlive: true } running)
        {
            ProcessTable.Send(running.Entry, Signal.Kill);
            await UntilAsync(() => Task.FromResult(!running.IsAlive), () => "the server did not die");
        }

        server?.Dispose();
        home.Delete(recursive: true);
    }

    /// <summary>How the superuser probes; a test says what differs.</summary>
    public ProbeOptions Options => new()
    {
        Member = "alpha",
        IsMySql = IsMySql,
        Host = "127.0.0.1",
        Port = Way.Port,
        Database = "postgres",
        Username = Superuser,
        Password = Password,
        Limits = new(TimeSpan.FromMilliseconds(20), TimeSpan.FromSeconds(2), 0.9995),
    };

    public static Prober Start(ProbeOptions options) => Prober.Start(options, TimeProvider.System, NullLogger<Prober>.Instance);

    /// <summary>Does something by hand, past the sick way.</summary>
    public async Task<object?> DoAsync(string statement)
    {
        await using var connections = Direct();
        await using var connection = await connections.OpenConnectionAsync(Stop);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The tests' own.
        command.CommandText = statement;
#pragma warning restore CA2100
        return await command.ExecuteScalarAsync(Stop);
    }

    public static async Task<ProbeRecord> UntilAsync(Prober prober, Func<ProbeRecord, bool> isReached)
    {
        await UntilAsync(() => Task.FromResult(isReached(prober.Record)), () => prober.Record.ToString());
        return prober.Record;
    }

    /// <summary>Makes the server's directory and answers how it is run.</summary>
    protected abstract Task<IReadOnlyList<string>> PrepareAsync();

    /// <summary>Once it runs.</summary>
    protected virtual Task CompleteAsync() => Task.CompletedTask;

    protected abstract DbDataSource Direct();

    /// <summary>Makes a user who may do nothing, with the superuser's password.</summary>
    public abstract Task AddUserAsync(string name);

    protected static async Task RunAsync(IReadOnlyList<string> command, string log)
    {
        using var process = ChildProcess.Start(command, log, "/");
        await UntilAsync(() => Task.FromResult(!process.IsAlive), () => $"{command[0]} did not end");
        Assert.True(process.ExitStatus == 0, await File.ReadAllTextAsync(log, Stop));
    }

    protected static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    private async Task<bool> IsUpAsync()
    {
        try
        {
            await DoAsync("SELECT 1");
            return true;
        }
        catch (DbException)
        {
            return false;
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isReached, Func<string> words)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!await isReached())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < Limit, words());
            await Task.Delay(Look, Stop);
        }
    }
}
