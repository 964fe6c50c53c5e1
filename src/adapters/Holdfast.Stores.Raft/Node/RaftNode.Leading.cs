using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.State;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Node;

/// <summary>What peers ask of a leader, and what a leader answers.</summary>
internal sealed partial class RaftNode
{
    private readonly HashSet<(ulong Client, long Sequence)> proposed = [];
    private readonly Dictionary<ulong, PeerRead> peerReads = [];

    /// <summary>A read or keep-alive that a peer asked for; a session only in the latter.</summary>
    private sealed record PeerRead(string Peer, ulong Ticket, string? Session);

    private void Hear(string from, PeerMessage message, TimeSpan now)
    {
        switch (message)
        {
            case PeerMessage.Consensus consensus:
                core.Step(consensus.Message, now);
                break;
            case PeerMessage.Propose propose:
                if (!ProposeOnce(new RequestId(propose.Client, propose.Sequence, 0), propose.Command, now))
                {
                    links.Send(from, new PeerMessage.ProposalRefused(propose.Client, propose.Sequence));
                }

                break;
            case PeerMessage.ProposalRefused refused:
                ProposalRefused(refused);
                break;
            case PeerMessage.AskRead ask:
                AskForPeer(new PeerRead(from, ask.Ticket, null), now);
                break;
            case PeerMessage.AskKeep ask:
                sessions.Extend(ask.Session, now);
                AskForPeer(new PeerRead(from, ask.Ticket, ask.Session), now);
                break;
            case PeerMessage.ReadAnswer answer:
                ReadAnswered(answer);
                break;
            case PeerMessage.KeepAnswer answer:
                KeepAnswered(answer);
                break;
            case PeerMessage.AskMembership ask:
                Fulfil(ask.Wish, ask.Node, now);
                break;
            default:
                throw new InvalidOperationException($"no such message: {message}");
        }
    }

    /// <summary>A request that is in the log already, not applied yet, need not go in again.</summary>
    private bool ProposeOnce(RequestId id, ReadOnlyMemory<byte> command, TimeSpan now)
    {
        if (core.Role == RaftRole.Leader && ledTerm == core.Term && proposed.Contains((id.Client, id.Sequence)))
        {
            return true;
        }

        if (core.Propose(command, now) is null)
        {
            return false;
        }

        NoteReign(now);
        proposed.Add((id.Client, id.Sequence));
        return true;
    }

    private void ProposalRefused(PeerMessage.ProposalRefused refused)
    {
        if (writes.TryGetValue((refused.Client, refused.Sequence), out var write) && write.SentTo is not null)
        {
            write.Attempts--;
            write.SentTo = null;
        }
    }

    private void AskForPeer(PeerRead read, TimeSpan now)
    {
        var ticket = ++lastTicket;
        if (core.RequestRead(ticket, now))
        {
            peerReads[ticket] = read;
        }
        else
        {
            Refuse(read);
        }
    }

    private void Refuse(PeerRead read) => links.Send(read.Peer, read.Session is null
        ? new PeerMessage.ReadAnswer(read.Ticket, null)
        : new PeerMessage.KeepAnswer(read.Ticket, SessionKeeping.Unknown));

    private void ReadDropped(ulong ticket)
    {
        if (peerReads.Remove(ticket, out var read))
        {
            Refuse(read);
        }
        else if (tickets.Remove(ticket, out var request))
        {
            request.SentTo = null;
        }
    }

    private void ReadConfirmed(ConfirmedRead confirmed)
    {
        if (peerReads.Remove(confirmed.Ticket, out var asked))
        {
            if (asked.Session is null)
            {
                links.Send(asked.Peer, new PeerMessage.ReadAnswer(asked.Ticket, confirmed.Index));
            }
            else
            {
                AnswerKeep(asked.Session, confirmed.Index, core.Term, keeping => links.Send(asked.Peer, new PeerMessage.KeepAnswer(asked.Ticket, keeping)));
            }
        }
        else if (tickets.Remove(confirmed.Ticket, out var request))
        {
            if (request is ReadRequest read)
            {
                WhenApplied(confirmed.Index, () => read.Settle(state.Read(read.Prefix)));
            }
            else if (request is KeepRequest keep)
            {
                AnswerKeep(keep.Session, confirmed.Index, core.Term, keeping => Kept(keep, keeping));
            }
        }
    }

    /// <summary>
    /// Answers once everything is applied that was committed when the question came, and once an end that was proposed before
    /// it has happened. A leader deposed meanwhile no longer knows of such proposals, and says so.
    /// </summary>
    private void AnswerKeep(string session, long index, long term, Action<SessionKeeping> answer) => WhenApplied(index, () =>
    {
        if (ledTerm != term || core.Term != term)
        {
            answer(SessionKeeping.Unknown);
        }
        else if (!state.Sessions.ContainsKey(session))
        {
            answer(SessionKeeping.Ended);
        }
        else if (sessions.ExpiryIndexOf(session) is { } expiry)
        {
            AnswerKeep(session, expiry, term, answer);
        }
        else
        {
            answer(SessionKeeping.Alive);
        }
    });

    private static void Kept(KeepRequest keep, SessionKeeping keeping)
    {
        if (keeping == SessionKeeping.Unknown)
        {
            keep.SentTo = null;
        }
        else
        {
            keep.Settle(keeping);
        }
    }

    private void ReadAnswered(PeerMessage.ReadAnswer answer)
    {
        if (!tickets.Remove(answer.Ticket, out var request) || request is not ReadRequest read)
        {
            return;
        }

        if (answer.Index is { } index)
        {
            WhenApplied(index, () => read.Settle(state.Read(read.Prefix)));
        }
        else
        {
            read.SentTo = null;
        }
    }

    private void KeepAnswered(PeerMessage.KeepAnswer answer)
    {
        if (tickets.Remove(answer.Ticket, out var request) && request is KeepRequest keep)
        {
            Kept(keep, answer.Keeping);
        }
    }

    private void Fulfil(MembershipWish wish, string node, TimeSpan now)
    {
        switch (wish)
        {
            case MembershipWish.Add:
                core.AddMember(node, now);
                break;
            case MembershipWish.Remove:
                core.RemoveMember(node, now);
                break;
            case MembershipWish.Lead:
                core.TransferLeadership(node.Length == 0 ? null : node, now);
                break;
            default:
                break;
        }
    }

    private bool IsFulfilled(MembershipWish wish, string node)
    {
        var isCommitted = core.Log.ConfigurationIndex <= core.Commit;
        return wish switch
        {
            MembershipWish.Add => isCommitted && core.Configuration.IsMember(node),
            MembershipWish.Remove => isCommitted && !core.Configuration.IsMember(node),
            _ => core.Leader == node,
        };
    }
}
