using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Servers that die, freeze or fall silent: the others carry on, and nothing that was confirmed is lost.</summary>
public abstract class ServerTroubleTests(EtcdBinaries binaries)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_was_confirmed_survives_servers_that_are_killed_one_after_the_other()
    {
        await using var cluster = await StartAsync(3);
        using var writing = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var confirmed = cluster.Endpoints.Select((store, writer) => WriteAsync(store, writer, writing.Token)).ToArray();

        for (var server = 0; server < 3; server++)
        {
            await UntilMoreAsync(cluster);
            cluster.Etcd.Kill(server);
            await UntilMoreAsync(cluster);
            await cluster.Etcd.StartAllAsync(Stop);
        }

        await UntilMoreAsync(cluster);
        await writing.CancelAsync();
        var lists = await Task.WhenAll(confirmed);
        var keys = (await cluster.Endpoints[0].ReadSurelyAsync("/w/", Stop)).Entries.Select(entry => entry.Key).ToHashSet();
        foreach (var written in lists)
        {
            Assert.NotEmpty(written);
            Assert.Subset(keys, written.ToHashSet());
        }
    }

    [Fact]
    public async Task Servers_that_do_not_answer_are_counted()
    {
        await using var cluster = await StartAsync(3);
        var members = Assert.IsAssignableFrom<IStoreMembers>(cluster.Endpoints[0]);
        var all = await members.CountLostAsync(Stop);
        cluster.Etcd.Kill(2);

        // While the two that are left elect a leader, none of them answers.
        var withoutOne = await UntilAsync(() => members.CountLostAsync(Stop), count => count == 1);
        await cluster.Etcd.StartAllAsync(Stop);

        Assert.Equal((0, 1, 0), (all, withoutOne, await UntilAsync(() => members.CountLostAsync(Stop), count => count == 0)));
    }

    [Fact]
    public async Task A_server_that_freezes_is_left_and_sessions_are_kept_through_another()
    {
        await using var cluster = await StartAsync(3);
        var store = cluster.Endpoints[0];
        var session = await store.OpenSessionAsync(TimeSpan.FromSeconds(20), Stop);
        cluster.Etcd.Freeze(0);
        try
        {
            await KeepUntilAliveAsync(store, session);
            await PutUntilConfirmedAsync(store, Transactions.PutUnder(session, "/s/1"));
        }
        finally
        {
            cluster.Etcd.Thaw(0);
        }
    }

    [Fact]
    public async Task A_watch_whose_server_freezes_goes_on_elsewhere_without_a_gap()
    {
        await using var cluster = await StartAsync(3);
        var start = (await cluster.Endpoints[0].ReadSurelyAsync("/", Stop)).Revision;
        var seen = new List<string>();
        var watching = CollectAsync(cluster.Endpoints[0], start, seen, 20);
        for (var number = 0; number < 10; number++)
        {
            await PutUntilConfirmedAsync(cluster.Endpoints[1], Transactions.Put("/k", $"{number}"));
        }

        cluster.Etcd.Freeze(0);
        try
        {
            for (var number = 10; number < 20; number++)
            {
                await PutUntilConfirmedAsync(cluster.Endpoints[1], Transactions.Put("/k", $"{number}"));
            }

            await watching;
        }
        finally
        {
            cluster.Etcd.Thaw(0);
        }

        // The frozen server may have led, and a write whose fate nobody knows is written again.
        Assert.Equal(Enumerable.Range(0, 20).Select(number => $"{number}"), seen.Distinct());
    }

    [Fact]
    public async Task A_store_without_a_majority_is_unavailable_and_says_who_does_not_answer()
    {
        await using var cluster = await StartAsync(3);
        cluster.Etcd.Kill(1);
        cluster.Etcd.Kill(2);

        var unavailable = await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster.Endpoints[0].ReadAsync("/", Stop));

        Assert.StartsWith("etcd 127.0.0.1:", unavailable.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_write_that_no_server_has_taken_surely_did_not_happen()
    {
        await using var cluster = await StartAsync(1);
        await cluster.Endpoints[0].PutAsync("/a", "1", Stop);
        cluster.Etcd.Kill(0);

        // The first one may find the broken connection of before.
        await cluster.Endpoints[0].KeepSessionAsync(new SessionId("1"), Stop);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster.Endpoints[0].CommitAsync(Transactions.Put("/a", "2"), Stop));
    }

    private Task<EtcdStores> StartAsync(int servers) => EtcdStores.StartAsync(new EtcdClusterOptions { Servers = servers, Binaries = binaries }, Stop);

    private static async Task KeepUntilAliveAsync(IConsensusStore store, SessionId session)
    {
        while (await store.KeepSessionAsync(session, Stop) is var answer && answer != SessionKeeping.Alive)
        {
            Assert.Equal(SessionKeeping.Unknown, answer);
        }
    }

    private static async Task PutUntilConfirmedAsync(IConsensusStore store, StoreTransaction put)
    {
        while ((await store.CommitSurelyAsync(put, Stop)).Outcome != CommitOutcome.Committed)
        {
            // Nobody knows: it is written again.
        }
    }

    private static async Task CollectAsync(IConsensusStore store, Revision start, List<string> seen, int count)
    {
        await foreach (var change in store.WatchAsync("/k", start, Stop))
        {
            seen.AddRange(change.Written.Select(entry => entry.Value));
            if (seen.Distinct().Count() >= count)
            {
                return;
            }
        }
    }

    private static async Task<List<string>> WriteAsync(IConsensusStore store, int writer, CancellationToken cancellationToken)
    {
        var confirmed = new List<string>();
        for (var number = 0; !cancellationToken.IsCancellationRequested; number++)
        {
            var key = $"/w/{writer}/{number}";
            try
            {
                if ((await store.CommitAsync(new([], [new StoreWrite.Put(key, "1", null)]), Stop)).Outcome == CommitOutcome.Committed)
                {
                    confirmed.Add(key);
                }
            }
            catch (StoreUnavailableException)
            {
                // Nothing was written; the next one may be.
            }
        }

        return confirmed;
    }

    private static async Task<int> UntilAsync(Func<Task<int>> count, Predicate<int> isSo)
    {
        while (true)
        {
            if (await count() is var found && isSo(found))
            {
                return found;
            }
        }
    }

    private static async Task UntilMoreAsync(EtcdStores cluster)
    {
        var before = (await cluster.Endpoints[2].ReadSurelyAsync("/", Stop)).Revision.Number;
        while ((await cluster.Endpoints[2].ReadSurelyAsync("/", Stop)).Revision.Number < before + 100)
        {
            await Task.Delay(20, Stop);
        }
    }
}
