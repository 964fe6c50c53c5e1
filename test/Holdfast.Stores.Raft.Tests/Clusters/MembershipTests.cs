using Holdfast.Conformance;
using Holdfast.Stores.Raft.Tests.Faults;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>Voters come and go while clients write, keep sessions and watch.</summary>
public sealed class MembershipTests
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(6);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_voter_that_is_added_under_load_has_everything_and_can_replace_any_other()
    {
        await using var cluster = await StartAsync(3);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var watcher = await WatchAsync(cluster.Nodes[0]);
        var joining = await JoinAsync(cluster);

        await cluster.Nodes[0].AddMemberAsync(joining, Stop);
        await Until.TrueAsync(() => cluster[joining].Status.Voters.Length == 4);
        await load.MoreAsync(50);
        await cluster.KillNodeAsync(cluster.Addresses[2]);

        await RequireWholeAsync(cluster, load, watcher);
    }

    [Fact]
    public async Task A_voter_that_is_removed_under_load_leaves_everything_behind()
    {
        await using var cluster = await StartAsync(3);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var leader = await cluster.LeaderAsync(Stop);
        var leaving = cluster.Nodes.First(node => node != leader).Status.Address;
        var watcher = await WatchAsync(cluster.Nodes.First(node => node != leader && node.Status.Address != leaving));
        var term = leader.Status.Term;

        await leader.RemoveMemberAsync(leaving, Stop);
        await load.MoreAsync(50);

        // It has no vote and no say, even while it runs on.
        await Workload.WhileAsync(TimeSpan.FromSeconds(3));
        Assert.Equal((RaftNodeRole.Leader, term), (leader.Status.Role, leader.Status.Term));
        await cluster.StopNodeAsync(leaving);
        await RequireWholeAsync(cluster, load, watcher);
    }

    [Fact]
    public async Task The_leader_that_is_removed_under_load_hands_over_and_loses_nothing()
    {
        await using var cluster = await StartAsync(3);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        var leaving = (await cluster.LeaderAsync(Stop)).Status.Address;
        var staying = cluster.Nodes.First(node => node.Status.Address != leaving);
        var watcher = await WatchAsync(staying);

        await staying.RemoveMemberAsync(leaving, Stop);
        await Until.TrueAsync(() => staying.Status.Leader is { } next && next != leaving);
        await load.MoreAsync(50);
        await cluster.StopNodeAsync(leaving);

        Assert.DoesNotContain(leaving, staying.Status.Voters);
        await RequireWholeAsync(cluster, load, watcher);
    }

    [Fact]
    public async Task A_dead_voter_is_replaced_at_the_same_address_under_load()
    {
        await using var cluster = await StartAsync(3);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        await Until.TrueAsync(() => cluster.Nodes.All(node => node.IdentitiesKnown == 3));
        var leader = await cluster.LeaderAsync(Stop);
        var dead = cluster.Nodes.First(node => node != leader).Status.Address;
        var watcher = await WatchAsync(leader);

        await cluster.KillNodeAsync(dead);
        await leader.RemoveMemberAsync(dead, Stop);
        await load.MoreAsync(50);
        Directory.Delete(cluster.DirectoryOf(dead), recursive: true);
        await cluster.StartNodeAsync(cluster.OptionsOf(dead) with { Join = true }, Stop);
        await leader.AddMemberAsync(dead, Stop);
        await Until.TrueAsync(() => cluster[dead].Status.Voters.Length == 3);
        await load.MoreAsync(50);

        // It counts again: another one may die now.
        await cluster.KillNodeAsync(cluster.Nodes.First(node => node != leader && node != cluster[dead]).Status.Address);
        await RequireWholeAsync(cluster, load, watcher);
    }

    [Fact]
    public async Task Every_voter_is_replaced_in_turn_under_load()
    {
        await using var cluster = await StartAsync(3);
        await using var load = await cluster.LoadAsync(4, TimeToLive);
        foreach (var leaving in cluster.Addresses.Take(2).ToArray())
        {
            var joining = await JoinAsync(cluster);
            await cluster[cluster.Addresses[2]].AddMemberAsync(joining, Stop);
            await Until.TrueAsync(() => cluster[joining].Status.Voters.Contains(joining));
            await cluster[cluster.Addresses[2]].RemoveMemberAsync(leaving, Stop);
            await cluster.StopNodeAsync(leaving);
            await load.MoreAsync(20);
        }

        await RequireWholeAsync(cluster, load, null);
    }

    private static Task<RaftCluster> StartAsync(int nodes) =>
        RaftCluster.StartAsync(nodes, options => options with { Password = "a secret" }, Stop);

    /// <summary>Starts an empty node that nobody knows yet.</summary>
    private static async Task<string> JoinAsync(RaftCluster cluster)
    {
        var joining = $"127.0.0.1:{RaftCluster.FreePorts(1)[0]}";
        await cluster.StartNodeAsync(cluster.OptionsOf(joining) with { Join = true }, Stop);
        cluster.Addresses.Add(joining);
        return joining;
    }

    private static async Task<Watcher> WatchAsync(RaftStore node) =>
        new(node, Workload.Keys, (await node.ReadSurelyAsync(Workload.Keys, Stop)).Revision);

    private static async Task RequireWholeAsync(RaftCluster cluster, Workload load, Watcher? watcher)
    {
        await load.MoreAsync(50);
        load.Session.RequireAlive();
        await load.StopAsync();
        foreach (var node in cluster.Nodes)
        {
            var image = await load.CheckAsync(node);
            await (watcher?.RequireAsync(image) ?? Task.CompletedTask);
        }
    }
}
