using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Tests.Faults;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

public sealed class ClusterTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Confirmed_writes_outlive_the_sudden_end_of_all_nodes()
    {
        await using var cluster = await StartAsync(3, options => options);
        var expected = new Dictionary<string, string>();
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < 30; i++)
            {
                var (key, value) = ($"/k/{i % 7}", $"{round}-{i}");
                await cluster.Nodes[i % 3].PutAsync(key, value, Stop);
                expected[key] = value;
            }

            await Task.WhenAll(cluster.Addresses.Select(cluster.KillNodeAsync));
            foreach (var address in cluster.Addresses)
            {
                await cluster.StartNodeAsync(address, Stop);
            }

            var image = await cluster.Nodes[round % 3].ReadSurelyAsync("/k/", Stop);
            Assert.Equal(expected, image.Entries.ToDictionary(entry => entry.Key, entry => entry.Value));
        }
    }

    [Fact]
    public async Task Writes_go_on_when_the_leader_dies_and_its_watchers_elsewhere_miss_nothing()
    {
        await using var cluster = await StartAsync(3, options => options);
        var start = (await cluster.Nodes[0].ReadSurelyAsync("/", Stop)).Revision;
        var leader = await cluster.LeaderAsync(Stop);
        var survivor = cluster.Nodes.First(node => node != leader);
        var session = await survivor.OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);
        var watching = CollectAsync(survivor, start, 40);
        for (var i = 0; i < 40; i++)
        {
            if (i == 20)
            {
                await cluster.KillNodeAsync(leader.Status.Address);
            }

            Assert.Equal(CommitOutcome.Committed, (await survivor.CommitSurelyAsync(Transactions.Put($"/{i:D2}", "x"), Stop)).Outcome);
        }

        Assert.Equal(Enumerable.Range(0, 40).Select(i => $"/{i:D2}"), await watching);
        Assert.Equal(SessionKeeping.Alive, await survivor.KeepSessionAsync(session, Stop));
    }

    [Fact]
    public async Task A_leader_that_stops_in_good_order_hands_over_first()
    {
        await using var cluster = await StartAsync(3, options => options);
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        var leader = await cluster.LeaderAsync(Stop);
        var term = leader.Status.Term;

        await cluster.StopNodeAsync(leader.Status.Address);

        Assert.Equal("1", await cluster.Nodes[0].GetAsync("/a", Stop));
        Assert.Equal(term + 1, (await cluster.LeaderAsync(Stop)).Status.Term);
    }

    [Fact]
    public async Task A_write_without_a_majority_is_unknown_or_refused_but_never_confirmed()
    {
        await using var cluster = await StartAsync(3, options => options with { RequestTimeout = TimeSpan.FromMilliseconds(300) });
        var leader = await cluster.LeaderAsync(Stop);
        foreach (var other in cluster.Addresses.Where(address => address != leader.Status.Address).ToArray())
        {
            await cluster.KillNodeAsync(other);
        }

        var result = await leader.CommitAsync(Transactions.Put("/a", "1"), Stop);
        Assert.Equal(CommitOutcome.Unknown, result.Outcome);

        await Until.TrueAsync(() => leader.Status.Role != RaftNodeRole.Leader);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => leader.CommitAsync(Transactions.Put("/a", "2"), Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => leader.ReadAsync("/", Stop));
        Assert.Equal(SessionKeeping.Unknown, await leader.KeepSessionAsync(new SessionId("x"), Stop));
    }

    [Fact]
    public async Task A_node_that_missed_much_gets_a_snapshot_and_catches_up()
    {
        await using var cluster = await StartAsync(3, options => options with { SnapshotEvery = 50 });
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        var late = cluster.Addresses[2];
        await cluster.KillNodeAsync(late);
        var big = new string('x', 400_000);
        for (var i = 0; i < 150; i++)
        {
            await cluster.Nodes[i % 2].PutAsync($"/k/{i % 10}", i < 140 ? $"{i}" : big, Stop);
        }

        await cluster.StartNodeAsync(late, Stop);

        Assert.Equal(10, (await cluster[late].ReadSurelyAsync("/k/", Stop)).Entries.Count(entry => entry.Value == big));
        await cluster.KillNodeAsync(late);
        await cluster.StartNodeAsync(late, Stop);
        Assert.Equal(10, (await cluster[late].ReadSurelyAsync("/k/", Stop)).Entries.Length);
    }

    [Fact]
    public async Task A_member_joins_empty_becomes_a_voter_and_another_leaves()
    {
        await using var cluster = await StartAsync(3, options => options);
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        var leaving = cluster.Addresses[0];
        var joining = $"127.0.0.1:{RaftCluster.FreePorts(1)[0]}";
        cluster.Addresses.Add(joining);
        await cluster.StartNodeAsync(cluster.OptionsOf(joining) with { Join = true }, Stop);

        await cluster[cluster.Addresses[1]].AddMemberAsync(joining, Stop);
        await BecomesVoterAsync(cluster[joining], joining);

        await cluster[cluster.Addresses[1]].RemoveMemberAsync(leaving, Stop);
        await cluster.StopNodeAsync(leaving);
        await cluster.StopNodeAsync(cluster.Addresses[2]);

        Assert.Equal("1", await cluster[joining].GetAsync("/a", Stop));
        await cluster[joining].PutAsync("/a", "2", Stop);
        Assert.Equal(3, cluster[joining].Status.Voters.Length);
        Assert.DoesNotContain(leaving, cluster[joining].Status.Voters);
    }

    [Fact]
    public async Task A_voter_that_lost_its_directory_is_kept_out_until_it_was_removed_and_joins_anew()
    {
        await using var cluster = await StartAsync(3, options => options);
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        await Until.TrueAsync(() => cluster.Nodes.All(node => node.IdentitiesKnown == 3));

        var (forgetful, other) = (cluster.Addresses[2], cluster.Addresses[0]);
        await cluster.KillNodeAsync(forgetful);
        Directory.Delete(cluster.DirectoryOf(forgetful), recursive: true);
        await cluster.StartNodeAsync(forgetful, Stop);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster[forgetful].ReadAsync("/", Stop));
        await cluster.KillNodeAsync(forgetful);

        await cluster[other].RemoveMemberAsync(forgetful, Stop);
        Directory.Delete(cluster.DirectoryOf(forgetful), recursive: true);
        await cluster.StartNodeAsync(cluster.OptionsOf(forgetful) with { Join = true }, Stop);
        await cluster[other].AddMemberAsync(forgetful, Stop);
        await BecomesVoterAsync(cluster[forgetful], forgetful);
        await cluster.StopNodeAsync(other);

        Assert.Equal("1", await cluster[forgetful].GetAsync("/a", Stop));
    }

    [Fact]
    public async Task The_leadership_goes_where_it_is_asked_to()
    {
        await using var cluster = await StartAsync(3, options => options);
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        var target = cluster.Nodes.First(node => node.Status.Role != RaftNodeRole.Leader).Status.Address;

        await cluster.Nodes[0].TransferLeadershipAsync(target, Stop);

        Assert.Equal(target, (await cluster.LeaderAsync(Stop)).Status.Address);
    }

    [Fact]
    public async Task A_clock_that_is_set_changes_nothing_since_nobody_asks_for_the_time_of_day()
    {
        Assert.Throws<InvalidOperationException>(() => NoTimeOfDay.Instance.GetUtcNow());
        await using var cluster = await StartAsync(3, options => options);
        await using var load = await cluster.LoadAsync(2, TimeSpan.FromSeconds(1));
        await cluster.KillNodeAsync((await cluster.LeaderAsync(Stop)).Status.Address);
        await load.MoreAsync(50);

        load.Session.RequireNotEarly();
        await load.StopAsync();
        await load.CheckAsync(cluster.Nodes[0]);
    }

    [Fact]
    public async Task A_single_node_is_a_store_too()
    {
        await using var cluster = await StartAsync(1, options => options);

        await cluster.Nodes[0].PutAsync("/a", "1", Stop);
        await cluster.KillNodeAsync(cluster.Addresses[0]);
        await cluster.StartNodeAsync(cluster.Addresses[0], Stop);

        Assert.Equal("1", await cluster.Nodes[0].GetAsync("/a", Stop));
    }

    private static Task BecomesVoterAsync(RaftStore node, string address) => Until.TrueAsync(() => node.Status.Voters.Contains(address));

    private static Task<RaftCluster> StartAsync(int nodes, Func<RaftStoreOptions, RaftStoreOptions> adjust) =>
        RaftCluster.StartAsync(nodes, options => adjust(options with { Password = "a secret" }), Stop);

    private static async Task<List<string>> CollectAsync(RaftStore store, Revision after, int count)
    {
        var keys = new List<string>();
        await foreach (var change in store.WatchAsync("/", after, Stop))
        {
            keys.AddRange(change.Written.Select(entry => entry.Key));
            if (keys.Count >= count)
            {
                break;
            }
        }

        return keys;
    }
}
