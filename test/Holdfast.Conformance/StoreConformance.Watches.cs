using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Conformance;

/// <summary>Watches: every change, once, in order, from where the watcher left off.</summary>
public abstract partial class StoreConformance
{
    /// <summary>False for a store that brings changes which follow each other quickly as one, and resumes only from what it read or brought last.</summary>
    protected virtual bool KeepsHistory => true;

    [Fact]
    public async Task A_watch_shows_every_change_once_and_in_order_while_many_write()
    {
        const int Writers = 4;
        const int Writes = 50;
        var watching = await Task.WhenAll(Stores.Select(StartAsync));

        var revisions = await Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => WriteManyAsync(Stores[writer % Stores.Count], writer, Writes)));

        var expected = revisions.SelectMany(many => many).Order().ToArray();
        foreach (var (store, start) in watching)
        {
            var seen = (await UntilAsync(store, "/w/", start, expected[^1])).Select(change => change.Revision).ToArray();
            Assert.Equal(KeepsHistory ? expected : [.. expected.Intersect(seen)], seen);
        }

        static async Task<(IConsensusStore Store, Revision Start)> StartAsync(IConsensusStore store) =>
            (store, (await store.ReadSurelyAsync("/w/", Stop)).Revision);
    }

    [Fact]
    public async Task A_watch_brings_a_reader_up_to_date_while_many_write()
    {
        var start = await Other.ReadSurelyAsync("/w/", Stop);
        var writing = Task.WhenAll(Enumerable.Range(0, 4).Select(writer => WriteManyAsync(Stores[writer % Stores.Count], writer, 50)));
        var mirror = start.Entries.ToDictionary(entry => entry.Key, StringComparer.Ordinal);
        await foreach (var change in Other.WatchAsync("/w/", start.Revision, Stop))
        {
            foreach (var entry in change.Written)
            {
                mirror[entry.Key] = entry;
            }

            if (mirror.Count == 4 && mirror.Values.All(entry => entry.Value == "49"))
            {
                break;
            }
        }

        await writing;
        Assert.Equal((await First.ReadSurelyAsync("/w/", Stop)).Entries, mirror.Values.OrderBy(entry => entry.Key, StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_watch_resumes_after_any_revision_without_a_gap_or_a_repeat()
    {
        Assert.SkipUnless(KeepsHistory, "this store keeps no history");
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
        await First.PutAsync("/w/old", "1", Stop);
        var start = (await Other.ReadSurelyAsync("/w/", Stop)).Revision;
        await First.PutAsync("/elsewhere", "1", Stop);
        var both = new StoreTransaction(
            [], [new StoreWrite.Put("/w/1", "x", null), new StoreWrite.Delete("/w/old"), new StoreWrite.Put("/other", "y", null)]);
        var done = await First.CommitSurelyAsync(both, Stop);

        var change = (await CollectAsync(Other, "/w/", start, 1)).Single();

        Assert.Equal(done.Revision, change.Revision);
        Assert.Equal(new StoreEntry("/w/1", "x", done.Revision, null), change.Written.Single());
        Assert.Equal(["/w/old"], change.Deleted);
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
        var start = (await First.ReadSurelyAsync("/w/", Stop)).Revision;
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

    private static async Task<List<StoreChange>> UntilAsync(IConsensusStore store, string prefix, Revision after, Revision last)
    {
        var changes = new List<StoreChange>();
        await foreach (var change in store.WatchAsync(prefix, after, Stop))
        {
            changes.Add(change);
            if (change.Revision >= last)
            {
                break;
            }
        }

        return changes;
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
