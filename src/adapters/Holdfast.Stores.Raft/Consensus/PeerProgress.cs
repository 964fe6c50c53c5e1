namespace Holdfast.Stores.Raft.Consensus;

internal enum ReplicationMode
{
    /// <summary>One append at a time, until the logs are known to agree.</summary>
    Probe,

    /// <summary>Appends are sent ahead of their answers.</summary>
    Stream,

    /// <summary>Waits for a snapshot to be installed.</summary>
    Snapshot,
}

/// <summary>What a leader knows of another member's log.</summary>
internal sealed class PeerProgress(long next, TimeSpan heard)
{
    private readonly Queue<long> inFlight = new();

    public ReplicationMode Mode { get; private set; } = ReplicationMode.Probe;

    /// <summary>The member has everything up to here on disk.</summary>
    public long Match { get; private set; }

    public long Next { get; private set; } = next;

    public bool HasProbeInFlight { get; set; }

    public TimeSpan LastHeard { get; set; } = heard;

    public long AckedRound { get; set; }

    /// <summary>The commit index it was told last.</summary>
    public long ToldCommit { get; set; }

    public long PendingSnapshot { get; private set; }

    public TimeSpan SnapshotSince { get; private set; }

    public bool IsWindowFull(int inFlightMax) => inFlight.Count >= inFlightMax;

    public void Probe()
    {
        // A snapshot under way, once installed, is what the member has.
        Next = Math.Max(Match, Mode == ReplicationMode.Snapshot ? PendingSnapshot : 0) + 1;
        Mode = ReplicationMode.Probe;
        HasProbeInFlight = false;
        PendingSnapshot = 0;
        ToldCommit = 0;
        inFlight.Clear();
    }

    public void AwaitSnapshot(TimeSpan now)
    {
        Probe();
        Mode = ReplicationMode.Snapshot;
        SnapshotSince = now;
    }

    public void SnapshotSent(long index, TimeSpan now)
    {
        PendingSnapshot = index;
        SnapshotSince = now;
    }

    public void SnapshotLost()
    {
        PendingSnapshot = 0;
        Probe();
    }

    public void Sent(long lastIndex)
    {
        Next = lastIndex + 1;
        inFlight.Enqueue(lastIndex);
    }

    public void Accepted(long index)
    {
        Match = Math.Max(Match, index);
        Next = Math.Max(Next, Match + 1);
        while (inFlight.TryPeek(out var sent) && sent <= index)
        {
            inFlight.Dequeue();
        }

        if (Mode == ReplicationMode.Probe || (Mode == ReplicationMode.Snapshot && PendingSnapshot > 0 && Match >= PendingSnapshot))
        {
            Mode = ReplicationMode.Stream;
            PendingSnapshot = 0;
            HasProbeInFlight = false;
        }
    }

    /// <summary>Steps back to where the logs may agree; says false for an answer that is out of date.</summary>
    public bool Refused(long index, long hint)
    {
        if (Mode == ReplicationMode.Snapshot || index <= Match || (Mode == ReplicationMode.Probe && index != Next - 1))
        {
            return false;
        }

        if (Mode == ReplicationMode.Stream)
        {
            Probe();
        }

        Next = Math.Max(Math.Min(index, hint + 1), Match + 1);
        HasProbeInFlight = false;
        return true;
    }
}
