using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Servers that are slow, silent or cut off: worse than dead ones, since they are still there.</summary>
public sealed class SickServerTests : IAsyncDisposable
{
    private readonly List<SickProxy> ways = [];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        foreach (var way in ways)
        {
            await way.DisposeAsync();
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task A_server_that_answers_late_costs_no_request_and_no_renewal(int seconds)
    {
        await using var cluster = await EtcdStores.StartAsync(3, Stop);
        var session = await cluster.Endpoints[0].OpenSessionAsync(TimeSpan.FromSeconds(60), Stop);
        Proxied(cluster.Etcd.Ports);
        await UseAsync(store => store.ReadAsync("/", Stop));
        ways[0].Delay(TimeSpan.FromSeconds(seconds));

        // Every store asks the slow server first, and none of its requests fails for that.
        await UseAsync(store => store.ReadAsync("/", Stop));
        await UseAsync(async store => Assert.Equal(SessionKeeping.Alive, await store.KeepSessionAsync(session, Stop)));
        await UseAsync(store => store.OpenSessionAsync(TimeSpan.FromSeconds(60), Stop));
        await UseAsync(async store =>
        {
            Assert.Equal(CommitOutcome.Unknown, (await store.CommitAsync(Transactions.PutUnder(session, "/a"), Stop)).Outcome);
            Assert.Equal(CommitOutcome.Committed, (await store.CommitAsync(Transactions.PutUnder(session, "/a"), Stop)).Outcome);
        });
    }

    [Fact]
    public async Task A_watch_whose_way_goes_silent_is_taken_up_elsewhere_without_a_gap_or_a_repeat()
    {
        await using var cluster = await EtcdStores.StartAsync(3, Stop);
        Proxied(cluster.Etcd.Ports);
        await using var store = Open(options => options with { WatchSilence = TimeSpan.FromMilliseconds(300) });
        var start = await cluster.Endpoints[0].PutAsync("/w", "0", Stop);
        await using var watch = store.WatchAsync("/w", start, Stop).GetAsyncEnumerator(Stop);
        for (var number = 1; number <= 6; number++)
        {
            // Each way falls ill in turn, while the one before is well again and lets its old stream's bytes go.
            ways[number % 3].BlackHole();
            await cluster.Endpoints[1].PutAsync("/w", $"{number}", Stop);

            Assert.True(await watch.MoveNextAsync());
            Assert.Equal($"{number}", watch.Current.Written.Single().Value);
            ways[number % 3].Pass();
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_server_that_is_cut_off_from_the_others_says_nothing_that_is_stale(bool isLeader)
    {
        await using var cluster = await EtcdStores.StartAsync(new EtcdClusterOptions { Servers = 3, PeersReachedBy = Proxied }, Stop);
        var leader = await cluster.Etcd.LeaderAsync(Stop);
        var (cut, well) = isLeader ? (leader, (leader + 1) % 3) : ((leader + 1) % 3, leader);
        await using var store = cluster.Open(cut, options => options);
        await using var lonely = cluster.Open(cut, options => options with { Endpoints = [options.Endpoints[0]] });
        var session = await store.OpenSessionAsync(TimeSpan.FromSeconds(60), Stop);
        var start = await store.PutAsync("/a", "old", Stop);
        await using var watch = store.WatchAsync("/", start, Stop).GetAsyncEnumerator(Stop);

        await CutOffAsync(cluster.Etcd, cut);
        while ((await cluster.Endpoints[well].CommitSurelyAsync(Transactions.Put("/a", "new"), Stop)).Outcome != CommitOutcome.Committed)
        {
            // Until the others have a leader of their own, nobody knows.
        }

        await Assert.ThrowsAsync<StoreUnavailableException>(() => lonely.ReadAsync("/", Stop));
        Assert.NotEqual(SessionKeeping.Ended, await lonely.KeepSessionAsync(session, Stop));
        Assert.Equal("new", await store.GetAsync("/a", Stop));
        Assert.Equal(SessionKeeping.Alive, await store.KeepSessionAsync(session, Stop));
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("new", watch.Current.Written.Single().Value);

        ways.ForEach(way => way.Pass());
        Assert.Equal("new", await lonely.GetAsync("/a", Stop));
    }

    /// <summary>The servers say who calls in the first header of each connection between them.</summary>
    private async Task CutOffAsync(EtcdCluster etcd, int server)
    {
        var mark = $"X-Server-From: {await etcd.MemberIdAsync(server, Stop)}";
        for (var other = 0; other < ways.Count; other++)
        {
            if (other == server)
            {
                ways[other].BlackHole();
            }
            else
            {
                ways[other].BlackHoleFor(mark);
            }
        }
    }

    private IReadOnlyList<int> Proxied(IReadOnlyList<int> ports)
    {
        ways.AddRange(ports.Select(port => new SickProxy(port, TimeProvider.System)));
        return [.. ways.Select(way => way.Port)];
    }

    private async Task UseAsync(Func<EtcdStore, Task> use)
    {
        await using var store = Open(options => options);
        await use(store);
    }

    private EtcdStore Open(Func<EtcdStoreOptions, EtcdStoreOptions> change) => new(
        change(new EtcdStoreOptions { Endpoints = [.. ways.Select(way => new Uri($"http://127.0.0.1:{way.Port}"))] }),
        TimeProvider.System,
        NullLogger<EtcdStore>.Instance);
}
