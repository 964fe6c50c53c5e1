using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Three members that all tests share; each test takes it whole, and leaves it to the next one to wait until it is again.</summary>
public class LiveCluster : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);
    private bool isStarted;

    public LiveCluster()
        : this("live", null)
    {
    }

    /// <param name="scope">The cluster's name.</param>
    /// <param name="store">The store's section of the configuration; null: the embedded store.</param>
    protected LiveCluster(string scope, string? store) =>
        Cluster = LoopbackCluster.Create(scope, null, 3, new HoldfastSoftware([CommandLine.Program], store), TimeProvider.System);

    public LoopbackCluster Cluster { get; }

    public virtual ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Waits until every member streams and a synchronous standby is recorded; answers who has which role.</summary>
    internal async Task<Roles> WholeAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        Start();
        if (!await Cluster.WaitForRedundancyAsync(Limit, null, cancellationToken))
        {
            Cluster.KeepFiles();
            Assert.Fail($"{(await Cluster.RedundancyAsync(cancellationToken)).Words}; the logs are kept in {Cluster.Plan.Directory}");
        }

        // Another member may answer now than the one that called the cluster whole, and be a moment behind it.
        ClusterStatus? status = null;
        await Until.TrueAsync(
            async () => (status = await Cluster.StatusAsync(cancellationToken)) is { Leader: not null, SynchronousStandby: not null },
            () => status is null ? "nobody leads" : "nobody is synchronous");
        var leader = Cluster.Member(status!.Leader!.Name);
        var standby = Cluster.Member(status.SynchronousStandby!.Name);

        // A database outlives its agent: the cluster looks whole while a member's next agent has just begun, and holds and answers nothing yet.
        await Until.TrueAsync(() => SaysAsync(leader, "\"holds_lease\":true"), () => $"{leader.Name} leads and holds no lease");
        foreach (var member in Cluster.Members)
        {
            await Until.TrueAsync(() => SaysAsync(member, ""), () => $"{member.Name}'s agent does not answer");
        }

        return new(leader, standby, Cluster.Members.First(member => member != leader && member != standby));
    }

    private static async Task<bool> SaysAsync(LoopbackMember member, string words)
    {
        try
        {
            using var http = new HttpClient();
            return (await http.GetStringAsync(new Uri($"{member.Plan.RestUrl}/holdfast/v1/status"), TestContext.Current.CancellationToken))
                .Replace(" ", "", StringComparison.Ordinal).Contains(words, StringComparison.Ordinal);
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>A run that needs other clusters alone does not pay for this one.</summary>
    private void Start()
    {
        if (!isStarted)
        {
            Cluster.Start();
            isStarted = true;
        }
    }

    /// <summary>Runs a verb against the cluster and refuses anything but success.</summary>
    internal async Task<string> DoAsync(params string[] verb)
    {
        var ended = await CommandLine.HoldfastAsync(["-c", Cluster.Members[0].Plan.ConfigurationFile, .. verb]);
        Assert.True(ended.Status == 0, $"holdfast {string.Join(' ', verb)}: {ended.All}");
        return ended.Output;
    }

    /// <summary>Whether a verb succeeds now.</summary>
    internal async Task<bool> TryAsync(params string[] verb) =>
        (await CommandLine.HoldfastAsync(["-c", Cluster.Members[0].Plan.ConfigurationFile, .. verb])).Status == 0;

    internal Task<CanaryClient> StartWritingAsync() => CanaryClient.StartAsync(
        [.. Cluster.Plan.Members.Select(member => CanaryHost.Of(Cluster.Plan, member))], 4, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>Asks an agent to stop and waits until nothing of its member runs.</summary>
    internal static async Task StopAsync(LoopbackMember member)
    {
        member.AskToStop();
        await Until.TrueAsync(() => member.Processes().Count == 0, () => $"{member.Name} did not end: {File.ReadAllText(member.Plan.LogFile)}");
    }

    internal static async Task KillAgentAsync(LoopbackMember member)
    {
        if (member.Agent is { } agent)
        {
            ProcessTable.Send(agent, Signal.Kill);
        }

        await Until.TrueAsync(() => member.Agent is null, () => "the agent did not die");
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await Cluster.StopAsync(CancellationToken.None);
        await Cluster.DisposeAsync();
    }
}

/// <summary>Who was what when the cluster was whole.</summary>
internal sealed record Roles(LoopbackMember Leader, LoopbackMember Standby, LoopbackMember Other);
