using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>All voters lose power at once: only what was synced is there afterwards, and perhaps a torn write behind it.</summary>
public sealed class PowerCutTests
{
    private const int Rounds = 4;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1_000_000)]
    [InlineData(40)]
    public async Task Confirmed_writes_outlive_a_power_cut_of_all_voters_under_load(int snapshotEvery)
    {
        await using var cluster = await RaftCluster.StartAsync(3, options => options with { SnapshotEvery = snapshotEvery }, Stop);
        await using var load = await cluster.LoadAsync(4, TimeSpan.FromSeconds(30));
        for (var round = 0; round < Rounds; round++)
        {
            await load.MoreAsync(150);
            load.StopCounting();
            await cluster.CutPowerAsync(cluster.Addresses);
            foreach (var address in cluster.Addresses)
            {
                await cluster.StartNodeAsync(address, Stop);
            }

            load.Count();
            await load.MoreAsync(20);
        }

        load.Session.RequireAlive();
        await load.StopAsync();
        foreach (var node in cluster.Nodes)
        {
            await load.CheckAsync(node);
        }
    }
}
