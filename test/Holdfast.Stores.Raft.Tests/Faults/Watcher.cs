using System.Collections.Concurrent;
using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Faults;

/// <summary>Watches through one node, whatever becomes of that node's connections.</summary>
internal sealed class Watcher
{
    private readonly ConcurrentQueue<Revision> seen = new();
    private readonly Revision start;
    private readonly Task watching;

    public Watcher(IConsensusStore store, string prefix, Revision start)
    {
        this.start = start;
        watching = WatchAsync(store, prefix);
    }

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    /// <summary>Every key that was written since the start was seen, once and in order.</summary>
    public async Task RequireAsync(StoreImage image)
    {
        var expected = image.Entries.Select(entry => entry.Modified).Where(revision => revision > start).Order().ToArray();
        await Until.TrueAsync(() => seen.Count >= expected.Length || watching.IsCompleted);
        Assert.Equal(expected, seen.Take(expected.Length));
    }

    private async Task WatchAsync(IConsensusStore store, string prefix)
    {
        await foreach (var change in store.WatchAsync(prefix, start, Stop))
        {
            seen.Enqueue(change.Revision);
        }
    }
}
