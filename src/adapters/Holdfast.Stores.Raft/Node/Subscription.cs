using System.Threading.Channels;
using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Raft.Node;

/// <summary>One watcher: what it missed, and a bounded queue of what follows.</summary>
internal sealed class Subscription
{
    private readonly Channel<StoreChange> channel;

    public Subscription(string prefix, Revision after, IReadOnlyList<StoreChange> backlog, int lagMax)
    {
        Prefix = prefix;
        After = after;
        Backlog = backlog;
        channel = Channel.CreateBounded<StoreChange>(
            new BoundedChannelOptions(lagMax) { SingleReader = true, SingleWriter = true, FullMode = BoundedChannelFullMode.Wait });
    }

    public string Prefix { get; }

    public Revision After { get; }

    public IReadOnlyList<StoreChange> Backlog { get; }

    public ChannelReader<StoreChange> Following => channel.Reader;

    public bool TryAdd(StoreChange change) => channel.Writer.TryWrite(change);

    /// <summary>Without a reason the reader lagged behind, and goes on from the history.</summary>
    public void End(Exception? why) => channel.Writer.TryComplete(why);
}
