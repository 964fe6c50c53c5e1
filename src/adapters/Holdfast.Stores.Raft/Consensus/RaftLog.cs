namespace Holdfast.Stores.Raft.Consensus;

/// <summary>
/// The log as the core sees it: the tail since the last compaction, in memory, with what is on disk and who is a member.
/// A configuration counts from the moment it is in the log, committed or not.
/// </summary>
internal sealed class RaftLog
{
    private readonly List<LogEntry> entries = [];
    private readonly List<(long Index, Configuration Configuration)> configurations = [];
    private LogPoint start;
    private long unsavedFrom;

    public RaftLog(Snapshot snapshot, IReadOnlyList<LogEntry> recovered)
    {
        start = snapshot.Point;
        configurations.Add((snapshot.Point.Index, snapshot.Configuration));
        Append(recovered, start.Index);
        unsavedFrom = LastIndex + 1;
        PersistedIndex = LastIndex;
    }

    public long FirstIndex => start.Index + 1;

    public long LastIndex => start.Index + entries.Count;

    public LogPoint Last => new(LastIndex, TermAt(LastIndex) ?? 0);

    public long PersistedIndex { get; private set; }

    public Configuration Configuration => configurations[^1].Configuration;

    public long ConfigurationIndex => configurations[^1].Index;

    /// <summary>Null for an index that is compacted away or not there yet.</summary>
    public long? TermAt(long index) => index switch
    {
        _ when index == start.Index => start.Term,
        _ when index < start.Index || index > LastIndex => null,
        _ => this[index].Term,
    };

    private LogEntry this[long index] => entries[(int)(index - start.Index - 1)];

    public bool Has(LogPoint point) => TermAt(point.Index) == point.Term;

    public bool IsNewerThan(LogPoint other) =>
        Last.Term > other.Term || (Last.Term == other.Term && Last.Index > other.Index);

    public Configuration ConfigurationAt(long index) =>
        configurations.FindLast(known => known.Index <= index).Configuration ?? configurations[0].Configuration;

    public LogEntry Append(long term, EntryKind kind, ReadOnlyMemory<byte> data)
    {
        var entry = new LogEntry(LastIndex + 1, term, kind, data);
        Add(entry);
        return entry;
    }

    /// <summary>Takes a leader's entries: those that are there already stay, and the first that differs replaces the rest.</summary>
    public void Append(IReadOnlyList<LogEntry> received, long committed)
    {
        foreach (var entry in received)
        {
            if (entry.Index <= start.Index || TermAt(entry.Index) == entry.Term)
            {
                continue;
            }

            if (entry.Index <= committed)
            {
                throw new InvalidOperationException($"entry {entry.Index} is committed and would be replaced by one of term {entry.Term}");
            }

            if (entry.Index <= LastIndex)
            {
                Truncate(entry.Index);
            }

            Add(entry);
        }
    }

    /// <summary>The last index up to <paramref name="index"/> whose term is not above <paramref name="term"/>.</summary>
    public LogPoint LastNotAbove(long index, long term)
    {
        var place = Math.Min(index, LastIndex);
        while (place > start.Index && this[place].Term > term)
        {
            place--;
        }

        return new LogPoint(place, TermAt(place) ?? 0);
    }

    public List<LogEntry> Slice(long from, long toInclusive, long bytesMax)
    {
        var slice = new List<LogEntry>();
        var bytes = 0L;
        for (var index = from; index <= Math.Min(toInclusive, LastIndex); index++)
        {
            bytes += this[index].SizeBytes;
            if (slice.Count > 0 && bytes > bytesMax)
            {
                break;
            }

            slice.Add(this[index]);
        }

        return slice;
    }

    public List<LogEntry> TakeUnsaved()
    {
        var unsaved = Slice(unsavedFrom, LastIndex, long.MaxValue);
        unsavedFrom = LastIndex + 1;
        return unsaved;
    }

    /// <summary>An entry that was replaced while it was being written no longer counts; its term tells.</summary>
    public void Persisted(LogPoint point)
    {
        if (Has(point))
        {
            PersistedIndex = Math.Max(PersistedIndex, point.Index);
        }
    }

    public void Reset(Snapshot snapshot)
    {
        entries.Clear();
        configurations.Clear();
        configurations.Add((snapshot.Point.Index, snapshot.Configuration));
        start = snapshot.Point;
        unsavedFrom = LastIndex + 1;
        PersistedIndex = 0;
    }

    public void CompactTo(long index)
    {
        if (index <= start.Index)
        {
            return;
        }

        var configuration = ConfigurationAt(index);
        var term = this[index].Term;
        entries.RemoveRange(0, (int)(index - start.Index));
        start = new LogPoint(index, term);
        configurations.RemoveAll(known => known.Index <= index);
        configurations.Insert(0, (index, configuration));
    }

    private void Add(LogEntry entry)
    {
        if (entry.Index != LastIndex + 1)
        {
            throw new InvalidOperationException($"entry {entry.Index} does not follow the log's last entry {LastIndex}");
        }

        entries.Add(entry);
        if (entry.Kind == EntryKind.Configuration)
        {
            configurations.Add((entry.Index, ConfigurationCodec.Decode(entry.Data.Span)));
        }
    }

    private void Truncate(long from)
    {
        entries.RemoveRange((int)(from - start.Index - 1), (int)(LastIndex - from + 1));
        configurations.RemoveAll(known => known.Index >= from);
        unsavedFrom = Math.Min(unsavedFrom, from);
        PersistedIndex = Math.Min(PersistedIndex, from - 1);
    }
}
