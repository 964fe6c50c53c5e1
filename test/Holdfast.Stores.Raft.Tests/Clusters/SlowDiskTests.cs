using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>A voter's disk takes seconds for a sync, as a sick one does.</summary>
public sealed class SlowDiskTests
{
    private static readonly TimeSpan Sickness = TimeSpan.FromSeconds(3);

    /// <summary>Long enough for a busy machine, short enough that a session nobody keeps would end within the test.</summary>
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(6);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_follower_whose_disk_stalls_holds_up_nobody_and_has_everything_afterwards()
    {
        await using var cluster = await StartAsync();
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var leader = await cluster.LeaderAsync(Stop);
        var term = leader.Status.Term;
        var sick = cluster.Nodes.First(node => node != leader).Status.Address;

        await cluster.DiskOf(sick).StallAsync();
        await Workload.WhileAsync(Sickness);
        await load.MoreAsync(50);

        // It answered heartbeats meanwhile, and asked for no election.
        Assert.Equal((RaftNodeRole.Follower, term), (cluster[sick].Status.Role, cluster[sick].Status.Term));
        cluster.DiskOf(sick).Flow();
        await RequireWholeAsync(cluster, load);
    }

    [Fact]
    public async Task A_leader_whose_disk_stalls_still_confirms_what_the_others_have_on_disk_and_ends_no_session()
    {
        await using var cluster = await StartAsync();
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var sick = (await cluster.LeaderAsync(Stop)).Status.Address;

        await cluster.DiskOf(sick).StallAsync();
        await Workload.WhileAsync(Sickness);
        await load.MoreAsync(50);

        cluster.DiskOf(sick).Flow();
        await RequireWholeAsync(cluster, load);
    }

    [Fact]
    public async Task A_leader_that_loses_power_during_a_stall_takes_nothing_with_it()
    {
        await using var cluster = await StartAsync();
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var sick = (await cluster.LeaderAsync(Stop)).Status.Address;
        await cluster.DiskOf(sick).StallAsync();
        await load.MoreAsync(100);

        await cluster.CutPowerAsync(sick);
        await load.MoreAsync(50);
        await cluster.StartNodeAsync(sick, Stop);

        await RequireWholeAsync(cluster, load);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task With_two_disks_stalled_nothing_is_confirmed_and_the_leader_goes_on_leading_and_keeps_sessions(bool isLeaderSick)
    {
        await using var cluster = await StartAsync();
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var leader = await cluster.LeaderAsync(Stop);
        string[] sick = [.. cluster.Nodes.Where(node => node == leader == isLeaderSick).Concat(cluster.Nodes).Select(node => node.Status.Address).Distinct().Take(2)];

        await Task.WhenAll(sick.Select(address => cluster.DiskOf(address).StallAsync()));
        var (term, before) = (leader.Status.Term, leader.Status.CommitIndex);
        Assert.Equal(CommitOutcome.Unknown, (await leader.CommitSurelyAsync(Transactions.Put("/late", "1"), Stop)).Outcome);
        await Workload.WhileAsync(Sickness);

        // Heartbeats went on without the disks: the same leader still leads, and what it answers is still true.
        Assert.Equal((RaftNodeRole.Leader, term), (leader.Status.Role, leader.Status.Term));
        Assert.True(leader.Status.CommitIndex - before < 200, "entries were committed that only one disk has");
        Assert.NotEmpty((await leader.ReadSurelyAsync(Workload.Keys, Stop)).Entries);
        load.Session.RequireAlive();
        foreach (var address in sick)
        {
            cluster.DiskOf(address).Flow();
        }

        await RequireWholeAsync(cluster, load);
        Assert.Equal("1", await leader.GetAsync("/late", Stop));
    }

    private static async Task RequireWholeAsync(RaftCluster cluster, Workload load)
    {
        await load.MoreAsync(50);
        load.Session.RequireAlive();
        await load.StopAsync();
        foreach (var node in cluster.Nodes)
        {
            await load.CheckAsync(node);
        }
    }

    private static Task<RaftCluster> StartAsync() => RaftCluster.StartAsync(3, options => options, Stop);
}
