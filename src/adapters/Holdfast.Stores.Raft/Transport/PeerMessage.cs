using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Consensus;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>A closed family: what one node says to another.</summary>
internal abstract record PeerMessage
{
    private PeerMessage()
    {
    }

    public sealed record Consensus(RaftMessage Message) : PeerMessage;

    /// <summary>A write for the leader's log; the answer is that it shows up in the sender's own log.</summary>
    public sealed record Propose(ulong Client, long Sequence, ReadOnlyMemory<byte> Command) : PeerMessage;

    /// <summary>The receiver of a proposal did not lead, and wrote nothing.</summary>
    public sealed record ProposalRefused(ulong Client, long Sequence) : PeerMessage;

    public sealed record AskRead(ulong Ticket) : PeerMessage;

    /// <summary>The index up to which the asker must have applied; null from a node that does not lead.</summary>
    public sealed record ReadAnswer(ulong Ticket, long? Index) : PeerMessage;

    public sealed record AskKeep(ulong Ticket, string Session) : PeerMessage;

    /// <summary>Unknown from a node that does not lead.</summary>
    public sealed record KeepAnswer(ulong Ticket, SessionKeeping Keeping) : PeerMessage;

    public sealed record AskMembership(MembershipWish Wish, string Node) : PeerMessage;
}

internal enum MembershipWish : byte
{
    Add = 1,
    Remove = 2,
    Lead = 3,
}
