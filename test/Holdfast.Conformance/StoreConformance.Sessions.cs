using System.Diagnostics;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>Sessions: their keys vanish together, late at worst and never early.</summary>
public abstract partial class StoreConformance
{
    /// <summary>As short as the store allows.</summary>
    protected virtual TimeSpan ShortTimeToLive => TimeSpan.FromSeconds(1);

    [Fact]
    public async Task A_session_left_alone_ends_and_its_keys_vanish_in_one_change_but_never_early()
    {
        var session = await First.OpenSessionAsync(ShortTimeToLive, Stop);
        await First.CommitSurelyAsync(Transactions.PutUnder(session, "/s/1", "/s/2", "/s/3"), Stop);
        await First.PutAsync("/s/stays", "1", Stop);
        var before = await Other.ReadSurelyAsync("/s/", Stop);

        // The clock starts before the call, as the port promises it to callers.
        var clock = Stopwatch.StartNew();
        Assert.Equal(SessionKeeping.Alive, await KeepSurelyAsync(First, session));
        var change = await NextDeletionAsync(Other, "/s/", before.Revision);

        var ended = clock.Elapsed;
        Assert.True(ended >= ShortTimeToLive, $"the session ended after {ended}");
        TestContext.Current.SendDiagnosticMessage(FormattableString.Invariant(
            $"{GetType().Name}: session ended {(ended - ShortTimeToLive).TotalMilliseconds:0} ms after its time to live of {ShortTimeToLive.TotalSeconds:0} s"));
        Assert.Equal(["/s/1", "/s/2", "/s/3"], change.Deleted.Order(StringComparer.Ordinal));
        Assert.Equal(["/s/stays"], (await First.ReadSurelyAsync("/s/", Stop)).Entries.Select(entry => entry.Key));
        Assert.Equal(SessionKeeping.Ended, await KeepSurelyAsync(Other, session));
    }

    [Fact]
    public async Task A_session_that_is_kept_alive_outlives_its_time_to_live()
    {
        var session = await First.OpenSessionAsync(ShortTimeToLive, Stop);
        await First.CommitSurelyAsync(Transactions.PutUnder(session, "/s/1"), Stop);

        var clock = Stopwatch.StartNew();
        for (var turn = 0; clock.Elapsed < ShortTimeToLive * 2.5; turn++)
        {
            Assert.Equal(SessionKeeping.Alive, await KeepSurelyAsync(Stores[turn % Stores.Count], session));
            Assert.NotNull(await Other.GetAsync("/s/1", Stop));
            await Task.Delay(ShortTimeToLive / 4, Stop);
        }
    }

    [Fact]
    public async Task A_closed_session_takes_its_keys_along_at_once()
    {
        var session = await First.OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);
        await First.CommitSurelyAsync(Transactions.PutUnder(session, "/s/1", "/s/2"), Stop);

        await Other.CloseSessionAsync(session, Stop);

        Assert.Empty((await First.ReadSurelyAsync("/s/", Stop)).Entries);
        Assert.Equal(SessionKeeping.Ended, await KeepSurelyAsync(First, session));
        await First.CloseSessionAsync(session, Stop);
    }

    [Fact]
    public async Task Nothing_can_be_written_under_a_session_that_has_ended()
    {
        var session = await First.OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);
        await First.CloseSessionAsync(session, Stop);

        var both = new StoreTransaction([], [new StoreWrite.Put("/a", "1", null), new StoreWrite.Put("/b", "1", session)]);
        var result = await Other.CommitSurelyAsync(both, Stop);

        Assert.Equal(CommitOutcome.SessionEnded, result.Outcome);
        Assert.Empty((await First.ReadSurelyAsync("/", Stop)).Entries);
    }

    [Fact]
    public async Task A_key_that_was_written_again_without_a_session_stays()
    {
        var session = await First.OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);
        await First.CommitSurelyAsync(Transactions.PutUnder(session, "/s/1", "/s/2"), Stop);
        Assert.Equal(session, (await Other.ReadSurelyAsync("/s/1", Stop)).Entries.Single().Session);
        await First.PutAsync("/s/1", "free", Stop);

        await First.CloseSessionAsync(session, Stop);

        Assert.Equal(["/s/1"], (await Other.ReadSurelyAsync("/s/", Stop)).Entries.Select(entry => entry.Key));
    }

    [Fact]
    public async Task Keeping_an_unknown_session_says_that_it_has_ended()
    {
        Assert.Equal(SessionKeeping.Ended, await KeepSurelyAsync(First, new SessionId("0123456789abcdef")));
    }

    private static async Task<SessionKeeping> KeepSurelyAsync(IConsensusStore store, SessionId session)
    {
        while (true)
        {
            if (await store.KeepSessionAsync(session, Stop) is var answer && answer != SessionKeeping.Unknown)
            {
                return answer;
            }
        }
    }

    private static async Task<StoreChange> NextDeletionAsync(IConsensusStore store, string prefix, Revision after)
    {
        await foreach (var change in store.WatchAsync(prefix, after, Stop))
        {
            if (change.Deleted.Length > 0)
            {
                return change;
            }
        }

        throw new InvalidOperationException("the watch ended");
    }
}
