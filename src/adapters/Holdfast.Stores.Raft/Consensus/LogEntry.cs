namespace Holdfast.Stores.Raft.Consensus;

internal enum EntryKind : byte
{
    /// <summary>Opens a leader's term, so that entries of earlier terms can be committed.</summary>
    TermStart = 1,
    Command = 2,
    Configuration = 3,
}

/// <summary>One place of the replicated log.</summary>
internal sealed record LogEntry(long Index, long Term, EntryKind Kind, ReadOnlyMemory<byte> Data)
{
    /// <summary>What an entry costs beyond its data in memory, on the wire and on disk, roughly.</summary>
    public const int OverheadBytes = 32;

    public long SizeBytes => Data.Length + OverheadBytes;
}

/// <summary>An index with the term of its entry: two logs that agree on it agree on everything before it.</summary>
internal readonly record struct LogPoint(long Index, long Term)
{
    public static readonly LogPoint Zero = new(0, 0);
}

/// <summary>What a node must remember whatever happens: the newest term it has seen, and its vote there.</summary>
internal readonly record struct HardState(long Term, string? Vote);

/// <summary>The state after the entry at <paramref name="Point"/>, in place of all entries up to it.</summary>
internal sealed record Snapshot(LogPoint Point, Configuration Configuration, ReadOnlyMemory<byte> State);

/// <summary>What a data directory held when the process started.</summary>
internal sealed record RecoveredLog(HardState HardState, Snapshot Snapshot, IReadOnlyList<LogEntry> Entries);
