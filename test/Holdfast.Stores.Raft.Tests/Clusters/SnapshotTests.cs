using Holdfast.Conformance;
using Holdfast.Stores.Raft.Tests.Faults;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>A member that lags too far for the log gets the whole state, however often that is interrupted.</summary>
public sealed class SnapshotTests
{
    private const int BigKeys = 40;
    private const int BigKeyBytes = 100_000;
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(6);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_snapshot_whose_transfer_breaks_off_is_begun_again_and_installed_under_load()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(3, network);
        var late = await LoseOneAsync(cluster);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        await load.MoreAsync(200);
        foreach (var sender in cluster.Addresses.Where(address => address != late))
        {
            network.BreakAfter(sender, late, BigKeys * BigKeyBytes / 2);
        }

        await cluster.StartNodeAsync(late, Stop);
        await Until.TrueAsync(() => network.Breaks >= 3);
        Assert.True(cluster[late].Status.AppliedIndex < BigKeys);
        network.Heal();

        await RequireWholeAsync(cluster, load, late);
    }

    [Fact]
    public async Task A_member_that_dies_in_the_middle_of_a_snapshot_begins_anew_and_catches_up_under_load()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(3, network);
        var late = await LoseOneAsync(cluster);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        await load.MoreAsync(200);

        for (var life = 0; life < 3; life++)
        {
            // Its disk hangs when the snapshot has come, and the power fails before it is synced.
            cluster.DiskOf(late).HangOn("snapshot");
            await cluster.StartNodeAsync(late, Stop);
            await Until.TrueAsync(() => cluster.DiskOf(late).IsWaiting);
            await load.MoreAsync(20);
            await cluster.CutPowerAsync(late);
        }

        await cluster.StartNodeAsync(late, Stop);
        await RequireWholeAsync(cluster, load, late);
    }

    [Fact]
    public async Task A_leader_that_dies_in_the_middle_of_sending_a_snapshot_leaves_it_to_the_next_one()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(5, network);
        var late = await LoseOneAsync(cluster);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        await load.MoreAsync(200);
        foreach (var sender in cluster.Addresses.Where(address => address != late))
        {
            network.BreakAfter(sender, late, BigKeys * BigKeyBytes / 2);
        }

        await cluster.StartNodeAsync(late, Stop);
        await Until.TrueAsync(() => network.Breaks >= 1);
        await cluster.KillNodeAsync((await cluster.LeaderAsync(Stop)).Status.Address);
        network.Heal();

        await RequireWholeAsync(cluster, load, late);
    }

    private static Task<RaftCluster> StartAsync(int nodes, FaultyNetwork network) => RaftCluster.StartAsync(
        nodes, options => options with { BindAddress = network.Before(options.SelfAddress), SnapshotEvery = 60 }, Stop);

    /// <summary>A member that was not there when the state grew; nobody's log reaches back to where it stopped.</summary>
    private static async Task<string> LoseOneAsync(RaftCluster cluster)
    {
        var leader = await cluster.LeaderAsync(Stop);
        var late = cluster.Nodes.First(node => node != leader).Status.Address;
        await cluster.KillNodeAsync(late);
        var value = new string('x', BigKeyBytes);
        for (var i = 0; i < BigKeys; i++)
        {
            await leader.PutAsync($"/big/{i}", value, Stop);
        }

        return late;
    }

    private static async Task RequireWholeAsync(RaftCluster cluster, Workload load, string late)
    {
        await Until.TrueAsync(() => cluster[late].Status is { AppliedIndex: > 0, Leader: not null });
        await load.MoreAsync(50);
        load.Session.RequireAlive();
        await load.StopAsync();
        foreach (var node in cluster.Nodes)
        {
            await load.CheckAsync(node);
            Assert.Equal(BigKeys, (await node.ReadSurelyAsync("/big/", Stop)).Entries.Count(entry => entry.Value.Length == BigKeyBytes));
        }
    }
}
