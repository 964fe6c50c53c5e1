using System.Data.Common;
using Holdfast.Browsing;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>A cluster whose alerts somebody's chat is told of, and what the chat has heard.</summary>
public abstract class ToldCluster : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private LoopbackCluster? cluster;
    private ClusterStatus? status;

    protected static CancellationToken Stop => TestContext.Current.CancellationToken;

    internal Hook Chat { get; } = new();

    internal LoopbackCluster Cluster => cluster ?? throw new InvalidOperationException("there is no cluster yet");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (cluster is not null)
        {
            await cluster.StopAsync(CancellationToken.None);
            await cluster.DisposeAsync();
        }

        await Chat.DisposeAsync();
    }

    internal async Task CreateAsync(string scope, string? store, string? sections = null)
    {
        cluster = LoopbackCluster.Create(scope, null, 3, new HoldfastSoftware([CommandLine.Program], store), TimeProvider.System);
        foreach (var member in cluster.Members)
        {
            await File.AppendAllTextAsync(member.Plan.ConfigurationFile, sections ?? $"\nnotifications:\n  chat:\n    slack: {{url: '{Chat.Url}'}}\n", Stop);
        }
    }

    internal async Task WholeAsync()
    {
        if (!await Cluster.WaitForRedundancyAsync(Limit, null, Stop))
        {
            Cluster.KeepFiles();
            Assert.Fail($"{(await Cluster.RedundancyAsync(Stop)).Words}; the logs are kept in {Cluster.Plan.Directory}");
        }

        status = await Cluster.StatusAsync(Stop);
    }

    internal string LeaderName() => status?.Leader?.Name ?? throw new InvalidOperationException("nobody leads");

    internal IEnumerable<string> Heard(string word, string alert, string? member) => Heard(Chat, word, alert, member);

    internal static IEnumerable<string> Heard(Hook hook, string word, string alert, string? member) => hook.Messages.Where(message =>
        message.Contains($"[{word}]", StringComparison.Ordinal)
        && message.Contains($"\"alertname: {alert}\"", StringComparison.Ordinal)
        && (member is null || message.Contains($"\"member: {member}\"", StringComparison.Ordinal)));

    internal Task TellsAsync(string word, string alert, string? member) => UntilAsync(() => Heard(word, alert, member).Any(), $"[{word}] {alert} of {member ?? "the cluster"} is not told");

    internal Task NothingElseAsync(params string[] alerts)
    {
        Assert.All(
            Chat.Messages.Where(message => !message.Contains("LeaderChanged", StringComparison.Ordinal)),
            message => Assert.Contains(alerts, alert => message.Contains($"alertname: {alert}", StringComparison.Ordinal)));
        return Task.CompletedTask;
    }

    internal async Task UntilAsync(Func<bool> isSo, string what)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (!isSo())
        {
            if (TimeProvider.System.GetElapsedTime(began) > Limit)
            {
                Cluster.KeepFiles();
                Assert.Fail($"{what}; told was:\n{string.Join('\n', Chat.Messages)}\nthe logs are kept in {Cluster.Plan.Directory}");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, Stop);
        }
    }

    internal async Task DoAsync(LoopbackMember member, string statement)
    {
        await using var source = CanaryHost.Of(Cluster.Plan, member.Plan).Connections();
        await using DbConnection connection = await source.OpenConnectionAsync(Stop);
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are the tests' own.
        command.CommandText = statement;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync(Stop);
    }

    internal static async Task<string> HoldfastAsync(LoopbackMember member, params string[] verb)
    {
        var ended = await CommandLine.HoldfastAsync(["-c", member.Plan.ConfigurationFile, .. verb]);
        Assert.True(ended.Status == 0, ended.All);
        return ended.Output;
    }
}
