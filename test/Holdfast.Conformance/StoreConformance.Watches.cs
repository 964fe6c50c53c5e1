using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>Watches: every change, once, in order, from where the watcher left off.</summary>
public abstract partial class StoreConformance
{
    [Fact]
    public async Task A_watch_shows_every_change_once_and_in_order_while_many_write()
    {
        const int Writers = 4;
        const int Writes = 50;
        var start = (await First.ReadSurelyAsync("/", Stop)).Revision;
        var watching = Stores.Select(store => CollectAsync(store, "/w/", start, Writers * Writes)).ToArray();

        var revisions = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteManyAsync(Stores[writer % Stores.Count], writer, Writes)));

        var expected = revisions.SelectMany(many => many).Order().ToArray();
        foreach (var watch in watching)
        {
            Assert.Equal(expected, (await watch).Select(change => change.Revision));
        }
    }

    [Fact]
    public async Task A_watch_resumes_after_any_revision_without_a_gap_or_a_repeat()
    {
        var revisions = await WriteManyAsync(First, 0, 20);

        for (var seen = 0; seen < revisions.Count; seen++)
        {
            var changes = await CollectAsync(Stores[seen % Stores.Count], "/w/", revisions[seen], revisions.Count - seen - 1);
            Assert.Equal(revisions.Skip(seen + 1), changes.Select(change => change.Revision));
        }
    }

    [Fact]
    public async Task A_watch_shows_only_its_prefix_and_a_transaction_as_one_change()
    {
        var start = (await First.ReadSurelyAsync("/", Stop)).Revision;
        await First.PutAsync("/w/old", "1", Stop);
        await First.PutAsync("/elsewhere", "1", Stop);
        var both = new StoreTransaction(
            [], [new StoreWrite.Put("/w/1", "x", null), new StoreWrite.Delete("/w/old"), new StoreWrite.Put("/other", "y", null)]);
        var done = await First.CommitSurelyAsync(both, Stop);

        var changes = await CollectAsync(Other, "/w/", start, 2);

        Assert.Equal("/w/old", changes[0].Written.Single().Key);
        Assert.Equal(done.Revision, changes[1].Revision);
        Assert.Equal(new StoreEntry("/w/1", "x", done.Revision, null), changes[1].Written.Single());
        Assert.Equal(["/w/old"], changes[1].Deleted);
    }

    [Fact]
    public async Task A_watch_from_forgotten_history_says_so()
    {
        var start = await First.PutAsync("/w/0", "1", Stop);
        await First.PutAsync("/w/1", "1", Stop);
        await (cluster ?? throw new InvalidOperationException("the store is not started")).ForgetHistoryAsync(Stop);

        await Assert.ThrowsAsync<StoreCompactedException>(() => CollectAsync(First, "/w/", start, 1));
    }

    [Fact]
    public async Task A_watch_ends_when_its_reader_cancels()
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var start = (await First.ReadSurelyAsync("/", Stop)).Revision;
        var watching = First.WatchAsync("/w/", start, cancel.Token).GetAsyncEnumerator(Stop);
        await using (watching)
        {
            var next = watching.MoveNextAsync();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        }
    }

    private static async Task<List<Revision>> WriteManyAsync(IConsensusStore store, int writer, int count)
    {
        var revisions = new List<Revision>();
        for (var i = 0; i < count; i++)
        {
            revisions.Add(await store.PutAsync($"/w/{writer}", $"{i}", Stop));
        }

        return revisions;
    }

    private static async Task<List<StoreChange>> CollectAsync(IConsensusStore store, string prefix, Revision after, int count)
    {
        var changes = new List<StoreChange>();
        if (count == 0)
        {
            return changes;
        }

        await foreach (var change in store.WatchAsync(prefix, after, Stop))
        {
            changes.Add(change);
            if (changes.Count == count)
            {
                break;
            }
        }

        return changes;
    }
}
