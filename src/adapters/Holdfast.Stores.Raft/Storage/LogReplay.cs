using Holdfast.Stores.Raft.Consensus;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>Rebuilds the log from what was written, in the order it was written.</summary>
internal sealed class LogReplay
{
    private readonly List<LogEntry> entries = [];
    private LogPoint start = LogPoint.Zero;

    public HardState? HardState { get; set; }

    public IReadOnlyList<LogEntry> Entries => entries;

    public void Add(LogEntry entry)
    {
        if (entries.Count > 0 && entry.Index <= entries[^1].Index)
        {
            entries.RemoveAll(known => known.Index >= entry.Index);
        }

        if (entries.Count > 0 && entry.Index != entries[^1].Index + 1)
        {
            throw new InvalidDataException($"entry {entry.Index} follows entry {entries[^1].Index}");
        }

        entries.Add(entry);
    }

    public void Reset(LogPoint point)
    {
        entries.Clear();
        start = point;
    }

    /// <summary>The entries that follow a snapshot; null when some between them are missing.</summary>
    public IReadOnlyList<LogEntry>? After(LogPoint snapshot)
    {
        var atSnapshot = entries.Find(entry => entry.Index == snapshot.Index);

        // A crash came after the snapshot was installed and before the log was reset: the old log is void.
        if (entries.Count == 0 || entries[^1].Index < snapshot.Index || (atSnapshot is not null && atSnapshot.Term != snapshot.Term))
        {
            return start.Index > snapshot.Index ? null : [];
        }

        return entries[0].Index > snapshot.Index + 1 ? null : [.. entries.Where(entry => entry.Index > snapshot.Index)];
    }
}
