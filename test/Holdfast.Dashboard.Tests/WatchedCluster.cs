using System.Text;
using Holdfast.Browsing;
using Holdfast.Chaos;
using Holdfast.Demo.Cluster;

namespace Holdfast.Dashboard.Tests;

/// <summary>Three members, each with a router and a probe, in which nobody leads after a loss before a person has approved; each test begins when it is whole.</summary>
public sealed class WatchedCluster : IAsyncLifetime
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    // The outages that the tests make are more than an error budget allows.
    private const string Settings = """{"failover":{"strategy":"hybrid"},"alerts":{"rules":{"ProbeFailing":"off","ErrorBudgetBurning":"off"}}}""";

    private bool isStarted;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public LoopbackCluster Cluster { get; } = LoopbackCluster.Create("orders", null, 3, new HoldfastSoftware([HoldfastProgram.Find(null)[0]], null), TimeProvider.System);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Waits until every member streams; answers who leads.</summary>
    internal async Task<LoopbackMember> WholeAsync()
    {
        if (!isStarted)
        {
            isStarted = true;
            await ProbedMembers.AddAsync(Cluster, Stop);
            Cluster.Start();
        }

        foreach (var member in Cluster.Members.Where(member => member.Agent is null))
        {
            member.Start();
        }

        if (!await Cluster.WaitForRedundancyAsync(Limit, null, Stop))
        {
            Cluster.KeepFiles();
            Assert.Fail($"{(await Cluster.RedundancyAsync(Stop)).Words}; the logs are kept in {Cluster.Plan.Directory}");
        }

        var leader = await Cluster.LeaderAsync(Stop);
        using var http = new HttpClient();
        using var settings = new StringContent(Settings, Encoding.UTF8, "application/json");
        using var answer = await http.PatchAsync(new Uri(leader.Plan.RestUrl + "/config"), settings, Stop);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        return leader;
    }

    public async ValueTask DisposeAsync()
    {
        await Cluster.StopAsync(CancellationToken.None);
        await Cluster.DisposeAsync();
    }
}
