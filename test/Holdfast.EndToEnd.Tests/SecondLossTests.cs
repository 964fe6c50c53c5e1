using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>The primary is lost with its host soon after a change of primary, before anybody has made a restartpoint on the new timeline.</summary>
public sealed class SecondLossTests
{
    private const int Writers = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_idle_cluster_that_loses_its_primary_soon_after_a_switchover_has_another_one()
    {
        await using var cluster = LoopbackCluster.Create("twice", null, 3, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        cluster.Start();
        await WholeAsync(cluster);
        var first = await cluster.LeaderAsync(Stop);
        var ended = await CommandLine.HoldfastAsync("-c", first.Plan.ConfigurationFile, "switchover", "twice", "--force");
        Assert.True(ended.Status == 0, ended.All);
        await WholeAsync(cluster);

        var second = await cluster.LeaderAsync(Stop);
        second.KillAll();
        var other = cluster.Members.First(member => member != second);
        await Until.TrueAsync(
            async () => (await cluster.Rest.ClusterAsync(other.Plan, Stop))?.Leader is { } leader && leader.Name != second.Name,
            () => $"nobody leads after the second loss: {CommandLine.HoldfastAsync("-c", other.Plan.ConfigurationFile, "explain", "twice", other.Name, "-n", "3").GetAwaiter().GetResult().All}");

        second.Start();
        await WholeAsync(cluster);
        await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(cluster.Plan), Writers, TimeProvider.System, Stop);
        Assert.True(await canary.WaitForWritesAsync(100, Limit, Stop), "the canary cannot write");
        await cluster.StopAsync(Stop);
    }

    private static async Task WholeAsync(LoopbackCluster cluster)
    {
        if (!await cluster.WaitForRedundancyAsync(Limit, null, Stop))
        {
            cluster.KeepFiles();
            Assert.Fail($"{(await cluster.RedundancyAsync(Stop)).Words}; the logs are kept in {cluster.Plan.Directory}");
        }
    }
}
