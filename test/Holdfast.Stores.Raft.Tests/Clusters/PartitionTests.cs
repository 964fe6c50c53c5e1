using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Tests.Faults;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>Networks that carry messages one way only, on real sockets. The writers and the session go through whichever node can serve them.</summary>
public sealed class PartitionTests
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(6);

    /// <summary>Many elections would fit into it.</summary>
    private static readonly TimeSpan Partition = TimeSpan.FromSeconds(4);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_member_that_cannot_hear_the_leader_disrupts_nobody()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(network);
        await using var load = await cluster.LoadAsync(3, TimeToLive);
        var (leader, deaf, _) = await RolesAsync(cluster);
        var term = cluster[leader].Status.Term;
        var watching = new Watcher(cluster[deaf], Workload.Keys, (await cluster[deaf].ReadSurelyAsync(Workload.Keys, Stop)).Revision);

        network.Cut(leader, deaf);
        await Until.TrueAsync(() => cluster[deaf].Status.Role == RaftNodeRole.Candidate);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster[deaf].ReadAsync("/", Stop));
        await Workload.WhileAsync(Partition);
        Assert.Equal((RaftNodeRole.Leader, term), (cluster[leader].Status.Role, cluster[leader].Status.Term));
        await load.MoreAsync(50);
        network.Heal();

        await RequireWholeAsync(cluster, load);
        Assert.Equal((RaftNodeRole.Leader, term), (cluster[leader].Status.Role, cluster[leader].Status.Term));
        await watching.RequireAsync(await load.CheckAsync(cluster[leader]));
    }

    [Fact]
    public async Task A_member_that_cannot_hear_the_leader_is_given_no_vote_although_its_log_is_complete()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(network);
        var (leader, deaf, _) = await RolesAsync(cluster);
        await cluster[deaf].PutAsync("/a", "1", Stop);
        var term = cluster[leader].Status.Term;

        network.Cut(leader, deaf);
        await Until.TrueAsync(() => cluster[deaf].Status.Role == RaftNodeRole.Candidate);

        await Workload.WhileAsync(Partition);
        Assert.Equal((RaftNodeRole.Leader, term), (cluster[leader].Status.Role, cluster[leader].Status.Term));
    }

    [Fact]
    public async Task A_leader_that_nobody_hears_is_replaced_and_follows()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(network);
        await using var load = await cluster.LoadAsync(3, TimeToLive);
        var (mute, one, other) = await RolesAsync(cluster);
        var watching = new Watcher(cluster[one], Workload.Keys, (await cluster[one].ReadSurelyAsync(Workload.Keys, Stop)).Revision);

        network.Cut(mute, one);
        network.Cut(mute, other);
        await Until.TrueAsync(() => cluster[mute].Status.Leader is { } next && next != mute);

        await load.MoreAsync(100);
        network.Heal();

        await RequireWholeAsync(cluster, load);
        await watching.RequireAsync(await load.CheckAsync(cluster[one]));
    }

    [Fact]
    public async Task A_leader_that_hears_nobody_steps_down_and_confirms_nothing_afterwards()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(network);
        await using var load = await cluster.LoadAsync(3, TimeToLive);
        var (deaf, one, other) = await RolesAsync(cluster);
        var watching = new Watcher(cluster[one], Workload.Keys, (await cluster[one].ReadSurelyAsync(Workload.Keys, Stop)).Revision);

        network.Cut(one, deaf);
        network.Cut(other, deaf);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster[deaf].ReadAsync("/", Stop));
        await Until.TrueAsync(() => cluster[deaf].Status.Role != RaftNodeRole.Leader);

        await load.MoreAsync(100);
        var term = cluster[one].Status.Term;
        await Workload.WhileAsync(Partition);
        Assert.Equal(term, cluster[one].Status.Term);
        network.Heal();

        await RequireWholeAsync(cluster, load);
        await watching.RequireAsync(await load.CheckAsync(cluster[one]));
    }

    [Fact]
    public async Task Two_members_that_only_the_third_can_reach_leave_the_leadership_where_it_is()
    {
        await using var network = new FaultyNetwork();
        await using var cluster = await StartAsync(network);
        await using var load = await cluster.LoadAsync(3, TimeToLive);
        var (leader, far, _) = await RolesAsync(cluster);
        var term = cluster[leader].Status.Term;

        network.Cut(leader, far);
        network.Cut(far, leader);
        await Workload.WhileAsync(Partition);
        await load.MoreAsync(50);
        Assert.Equal((RaftNodeRole.Leader, term), (cluster[leader].Status.Role, cluster[leader].Status.Term));
        network.Heal();

        await RequireWholeAsync(cluster, load);
    }

    private static Task<RaftCluster> StartAsync(FaultyNetwork network) => RaftCluster.StartAsync(
        3, options => options with { BindAddress = network.Before(options.SelfAddress), Password = "a secret" }, Stop);

    private static async Task<(string Leader, string One, string Other)> RolesAsync(RaftCluster cluster)
    {
        var leader = (await cluster.LeaderAsync(Stop)).Status.Address;
        return cluster.Addresses.Where(address => address != leader).ToArray() is [var one, var other]
            ? (leader, one, other)
            : throw new InvalidOperationException("three nodes are needed");
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
}
