namespace Holdfast.Stores.Raft.Consensus;

/// <summary>Linearizable reads without log entries: a majority confirms, after the question, that this node still leads.</summary>
internal sealed partial class RaftCore
{
    private readonly List<ulong> readsWaiting = [];
    private readonly Queue<(long Round, long Index, ulong Ticket)> readsInRound = new();
    private long round;
    private long confirmedRound;

    /// <summary>Asks for a read; the answer is a confirmed or dropped read with this ticket. False when this node does not lead.</summary>
    public bool RequestRead(ulong ticket, TimeSpan time)
    {
        now = time;
        if (Role != RaftRole.Leader)
        {
            return false;
        }

        readsWaiting.Add(ticket);
        return true;
    }

    private void StartRoundForReads()
    {
        // One round at a time: whatever is asked meanwhile shares the next one.
        // It tells the followers all that a heartbeat would, so it takes the next one's place, with all that is due then.
        if (readsWaiting.Count > 0 && HasCommittedInTerm && confirmedRound == round)
        {
            LeaderTick();
        }
    }

    private void StartRound()
    {
        heartbeatDue = now + settings.HeartbeatInterval;
        round++;
        if (HasCommittedInTerm)
        {
            foreach (var ticket in readsWaiting)
            {
                readsInRound.Enqueue((round, Commit, ticket));
            }

            readsWaiting.Clear();
        }

        foreach (var (peer, known) in progress)
        {
            Send(new RaftMessage(MessageKind.Heartbeat, settings.Self, peer, Term)
            {
                Round = round,
                Commit = Math.Min(Commit, known.Match),
            });
        }

        ConfirmReads();
    }

    private void ConfirmReads()
    {
        confirmedRound = Math.Max(confirmedRound, MajorityOf(voter => voter == settings.Self ? round : progress[voter].AckedRound));
        while (readsInRound.TryPeek(out var read) && read.Round <= confirmedRound)
        {
            confirmedReads.Add(new ConfirmedRead(read.Ticket, read.Index));
            readsInRound.Dequeue();
        }
    }
}
