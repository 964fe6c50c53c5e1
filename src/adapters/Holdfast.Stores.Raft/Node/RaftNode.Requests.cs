using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.State;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Node;

/// <summary>What callers on this node wait for, and how it gets to the leader, here or elsewhere.</summary>
internal sealed partial class RaftNode
{
    private static readonly TimeSpan SweepPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ResendPause = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan MembershipPatience = TimeSpan.FromSeconds(10);

    private readonly ulong ownClient;
    private readonly List<StoreRequest> pending = [];
    private readonly Dictionary<(ulong Client, long Sequence), WriteRequest> writes = [];
    private readonly Dictionary<ulong, StoreRequest> tickets = [];
    private readonly SortedSet<long> unsettled = [];
    private (string Leader, long Term)? reign;
    private long lastSequence;
    private ulong lastTicket;
    private TimeSpan nextSweep = TimeSpan.MaxValue;

    private void Arrive(StoreRequest request, TimeSpan now)
    {
        if (request is WatchRequest watch)
        {
            Watch(watch);
            return;
        }

        if (pending.Count >= options.PendingRequestsMax)
        {
            request.GiveUp($"more than {options.PendingRequestsMax} requests wait");
            return;
        }

        request.Due = now + (request is MembershipRequest ? MembershipPatience : options.RequestTimeout);
        if (request is WriteRequest write)
        {
            if (state.Size > options.StateBytesMax && write.Command is Command.Transact { Transaction: var asked } && asked.Writes.Any(one => one is StoreWrite.Put))
            {
                request.GiveUp($"the store is full: it holds more than {options.StateBytesMax} bytes");
                return;
            }

            Register(write);
        }

        pending.Add(request);
        Dispatch(request, now);
        var sweep = now + SweepPause;
        nextSweep = nextSweep < sweep ? nextSweep : sweep;
    }

    private void Watch(WatchRequest watch)
    {
        if (watches.Subscribe(watch.Prefix, watch.After) is { } subscription)
        {
            watch.Settle(subscription);
        }
        else
        {
            watch.Compacted();
        }
    }

    private void Register(WriteRequest write)
    {
        if (write.Id is null)
        {
            unsettled.Add(++lastSequence);
            write.Id = new RequestId(ownClient, lastSequence, unsettled.Min);
        }

        write.Encoded = CommandCodec.Encode(write.Id.Value, write.Command);
        writes[(write.Id.Value.Client, write.Id.Value.Sequence)] = write;
    }

    private void Dispatch(StoreRequest request, TimeSpan now)
    {
        if (request.IsSettled || request.SentTo is not null)
        {
            return;
        }

        var isSent = core.Role == RaftRole.Leader
            ? DispatchHere(request, now)
            : core.Leader is { } leader && DispatchTo(leader, request);
        if (isSent)
        {
            request.SentTo = (core.Leader!, core.Term);
            request.SentAt = now;
        }
    }

    private bool DispatchHere(StoreRequest request, TimeSpan now)
    {
        switch (request)
        {
            case WriteRequest write:
                return ProposeOnce(write.Id!.Value, write.Encoded, now) && Attempted(write);
            case ReadRequest read:
                return core.RequestRead(read.Ticket = TicketFor(read, read.Ticket), now);
            case KeepRequest keep:
                sessions.Extend(keep.Session, now);
                return core.RequestRead(keep.Ticket = TicketFor(keep, keep.Ticket), now);
            case MembershipRequest membership:
                Fulfil(membership.Wish, membership.Node, now);
                return false;
            default:
                throw new InvalidOperationException($"no such request: {request}");
        }
    }

    private bool DispatchTo(string leader, StoreRequest request) => request switch
    {
        WriteRequest write => links.Send(leader, new PeerMessage.Propose(write.Id!.Value.Client, write.Id.Value.Sequence, write.Encoded))
            && Attempted(write),
        ReadRequest read => links.Send(leader, new PeerMessage.AskRead(read.Ticket = TicketFor(read, read.Ticket))),
        KeepRequest keep => links.Send(leader, new PeerMessage.AskKeep(keep.Ticket = TicketFor(keep, keep.Ticket), keep.Session)),
        MembershipRequest membership => links.Send(leader, new PeerMessage.AskMembership(membership.Wish, membership.Node)),
        _ => throw new InvalidOperationException($"no such request: {request}"),
    };

    private static bool Attempted(WriteRequest write)
    {
        write.Attempts++;
        return true;
    }

    /// <summary>A request that is sent again no longer waits for the answer to its last ticket.</summary>
    private ulong TicketFor(StoreRequest request, ulong last)
    {
        tickets.Remove(last);
        tickets[++lastTicket] = request;
        return lastTicket;
    }

    private void WriteApplied(RequestId request, CommandResult result)
    {
        proposed.Remove((request.Client, request.Sequence));
        if (writes.TryGetValue((request.Client, request.Sequence), out var write))
        {
            write.Settle(result);
            Forget(write);
        }
    }

    /// <summary>A connection to the leader was made anew: what went over the old one may be lost.</summary>
    private void SendAnew(string address)
    {
        foreach (var request in pending.Where(request => request.SentTo?.Leader == address))
        {
            request.SentTo = null;
            nextSweep = TimeSpan.Zero;
        }
    }

    /// <summary>Lets go of who was answered or waits too long, and sends again what got lost or has a new leader.</summary>
    private void Sweep(TimeSpan now)
    {
        (string, long)? current = core.Leader is { } leader ? (leader, core.Term) : null;
        if (now < nextSweep && current == reign)
        {
            return;
        }

        reign = current;
        var kept = 0;
        for (var i = 0; i < pending.Count; i++)
        {
            if (IsStillWanted(pending[i], now))
            {
                pending[kept++] = pending[i];
            }
        }

        pending.RemoveRange(kept, pending.Count - kept);
        nextSweep = pending.Count == 0 ? TimeSpan.MaxValue : now + SweepPause;
    }

    private bool IsStillWanted(StoreRequest request, TimeSpan now)
    {
        if (request is MembershipRequest membership && IsFulfilled(membership.Wish, membership.Node))
        {
            membership.Settle(true);
        }

        if (!request.IsSettled && now >= request.Due)
        {
            request.GiveUp(WhyNoAnswer(request));
        }

        if (request.IsSettled)
        {
            Forget(request);
            return false;
        }

        var mayBeLost = now - request.SentAt >= ResendPause && core.Role != RaftRole.Leader;
        if (request.SentTo is { } sent && (sent != reign || mayBeLost))
        {
            request.SentTo = null;
        }

        Dispatch(request, now);
        return true;
    }

    private string WhyNoAnswer(StoreRequest request) => (request, core.Leader) switch
    {
        (MembershipRequest, { } leader) =>
            $"the leader {leader} did not get it done within {MembershipPatience.TotalSeconds:0} s; the members are {core.Configuration}",
        (_, { } leader) => $"no answer from the leader {leader} within {options.RequestTimeout.TotalSeconds:0.###} s",
        _ => $"no leader was elected within {options.RequestTimeout.TotalSeconds:0.###} s; the members are {core.Configuration}",
    };

    private void Forget(StoreRequest request)
    {
        switch (request)
        {
            case WriteRequest { Id: { } id } write:
                if (writes.TryGetValue((id.Client, id.Sequence), out var known) && ReferenceEquals(known, write))
                {
                    writes.Remove((id.Client, id.Sequence));
                }

                if (id.Client == ownClient)
                {
                    unsettled.Remove(id.Sequence);
                }

                break;
            case ReadRequest read:
                tickets.Remove(read.Ticket);
                break;
            case KeepRequest keep:
                tickets.Remove(keep.Ticket);
                break;
            default:
                break;
        }
    }

    private void GiveUpAll(string why)
    {
        pending.ForEach(request => request.GiveUp(why));
        pending.Clear();
        while (inputs.Reader.TryRead(out var input))
        {
            (input as NodeInput.Asked)?.Request.GiveUp(why);
        }

        watches.EndAll(new StoreUnavailableException(why, null));
    }
}
