using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Router.Tests.Routing;

/// <summary>A store in memory, which can be away, and can be set back to an earlier state as a restored backup is.</summary>
internal sealed class MemoryStore : IConsensusStore
{
    private readonly Lock gate = new();
    private readonly SortedDictionary<string, StoreEntry> entries = new(StringComparer.Ordinal);
    private readonly List<Channel<StoreChange>> watches = [];
    private long revision = 100;
    private int sessions;
    private bool isAway;

    public Revision Put(string key, string value) => Write([new StoreWrite.Put(key, value, null)]);

    public void Delete(string key) => Write([new StoreWrite.Delete(key)]);

    public string? Value(string key)
    {
        lock (gate)
        {
            return entries.GetValueOrDefault(key)?.Value;
        }
    }

    /// <summary>Whoever watches loses its watch, and nobody gets an answer, until <see cref="Return"/>.</summary>
    public void GoAway()
    {
        lock (gate)
        {
            isAway = true;
            EndWatches();
        }
    }

    public void Return()
    {
        lock (gate)
        {
            isAway = false;
        }
    }

    /// <summary>The key is as an earlier revision wrote it, although the store's revision has grown.</summary>
    public void SetBack(string key, string value, Revision modified)
    {
        lock (gate)
        {
            revision++;
            entries[key] = new(key, value, modified, null);
            EndWatches();
        }
    }

    public Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ThrowIfAway();
            return Task.FromResult(new StoreImage(new(revision), [.. entries.Values.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))]));
        }
    }

    public async IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watch = Channel.CreateUnbounded<StoreChange>();
        lock (gate)
        {
            ThrowIfAway();
            if (after.Number < revision)
            {
                throw new StoreCompactedException("only the present is kept");
            }

            watches.Add(watch);
        }

        await foreach (var change in watch.Reader.ReadAllAsync(cancellationToken))
        {
            yield return change;
        }
    }

    public Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ThrowIfAway();
            return Task.FromResult(
                transaction.Conditions.All(condition => (entries.GetValueOrDefault(condition.Key)?.Modified ?? Revision.Absent) == condition.Modified)
                    ? new CommitResult(CommitOutcome.Committed, Write(transaction.Writes))
                    : new CommitResult(CommitOutcome.Conflict, new(revision)));
        }
    }

    public Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            ThrowIfAway();
            return Task.FromResult(new SessionId($"session {++sessions}"));
        }
    }

    public Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken) => Task.FromResult(SessionKeeping.Alive);

    public Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            Write([.. entries.Values.Where(entry => entry.Session == session).Select(entry => new StoreWrite.Delete(entry.Key))]);
            return Task.CompletedTask;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Revision Write(ImmutableArray<StoreWrite> writes)
    {
        lock (gate)
        {
            var next = new Revision(++revision);
            StoreEntry[] written = [.. writes.OfType<StoreWrite.Put>().Select(put => new StoreEntry(put.Key, put.Value, next, put.Session))];
            string[] deleted = [.. writes.OfType<StoreWrite.Delete>().Select(delete => delete.Key)];
            foreach (var entry in written)
            {
                entries[entry.Key] = entry;
            }

            foreach (var key in deleted)
            {
                entries.Remove(key);
            }

            watches.ForEach(watch => watch.Writer.TryWrite(new(next, [.. written], [.. deleted])));
            return next;
        }
    }

    private void EndWatches()
    {
        watches.ForEach(watch => watch.Writer.TryComplete(new StoreUnavailableException("the store is away", null)));
        watches.Clear();
    }

    private void ThrowIfAway()
    {
        if (isAway)
        {
            throw new StoreUnavailableException("the store is away", null);
        }
    }
}
