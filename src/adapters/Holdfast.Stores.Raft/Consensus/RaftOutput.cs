namespace Holdfast.Stores.Raft.Consensus;

/// <summary>
/// What must be on disk, in the order the batches were handed out, before <see cref="Messages"/> may be sent and before the
/// core is told by <see cref="RaftCore.Persisted"/>.
/// </summary>
internal sealed class PersistBatch
{
    public HardState? HardState { get; init; }

    /// <summary>Replaces the whole log.</summary>
    public Snapshot? Snapshot { get; init; }

    /// <summary>Contiguous; the first one replaces everything from its index on.</summary>
    public IReadOnlyList<LogEntry> Entries { get; init; } = [];

    public IReadOnlyList<RaftMessage> Messages { get; init; } = [];

    public bool IsEmpty => HardState is null && Snapshot is null && Entries.Count == 0;

    public LogPoint? Last => Entries.Count > 0
        ? new LogPoint(Entries[^1].Index, Entries[^1].Term)
        : Snapshot?.Point;
}

/// <summary>The leader still led when the read was asked for, and everything up to the index was committed then.</summary>
internal readonly record struct ConfirmedRead(ulong Ticket, long Index);

/// <summary>What the core wants done; filled by <see cref="RaftCore.Take"/>, and used again to spare allocations.</summary>
internal sealed class RaftOutput
{
    public List<RaftMessage> Messages { get; } = [];

    public PersistBatch? Persist { get; set; }

    /// <summary>Replaces the state machine's state; comes before <see cref="Committed"/>.</summary>
    public Snapshot? Install { get; set; }

    public List<LogEntry> Committed { get; } = [];

    public List<ConfirmedRead> ConfirmedReads { get; } = [];

    /// <summary>Reads that this node can no longer confirm, since it stopped leading.</summary>
    public List<ulong> DroppedReads { get; } = [];

    /// <summary>Peers that lag behind the log: answer with <see cref="RaftCore.SendSnapshot"/>.</summary>
    public List<string> SnapshotsWanted { get; } = [];

    public void Clear()
    {
        Messages.Clear();
        Persist = null;
        Install = null;
        Committed.Clear();
        ConfirmedReads.Clear();
        DroppedReads.Clear();
        SnapshotsWanted.Clear();
    }
}
