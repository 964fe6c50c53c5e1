using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Node;

/// <summary>A closed family: what can happen to a node.</summary>
internal abstract record NodeInput
{
    private NodeInput()
    {
    }

    public sealed record PeerSaid(string From, PeerMessage Message) : NodeInput;

    public sealed record PeerFound(Introduction Peer) : NodeInput;

    public sealed record Forgotten(string Peer) : NodeInput;

    /// <summary>A peer connected to this node, so it can be connected to.</summary>
    public sealed record PeerCalled(string Address) : NodeInput;

    public sealed record PeerLost(string Address) : NodeInput;

    public sealed record Asked(StoreRequest Request) : NodeInput;

    public sealed record Unsubscribed(Subscription Subscription) : NodeInput;

    public sealed record BatchWritten(PersistBatch Batch) : NodeInput;

    public sealed record SnapshotWritten(LogPoint Point) : NodeInput;

    public sealed record SnapshotFailed(Exception Reason) : NodeInput;

    public sealed record DiskFailed(Exception Reason) : NodeInput;

    public sealed record DiskRecovered : NodeInput;

    /// <summary>Before the node stops: lead no more.</summary>
    public sealed record HandOver : NodeInput;

    /// <summary>A deadline came, or a notice lies in the second queue.</summary>
    public sealed record Woken : NodeInput
    {
        public static readonly Woken Instance = new();
    }
}
