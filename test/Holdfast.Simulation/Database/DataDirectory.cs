using System.Collections.Immutable;
using System.Runtime.InteropServices;
using Holdfast.Model;

namespace Holdfast.Simulation.Database;

/// <summary>One record of the log: the timeline that wrote it, and the client's write; what no client wrote has a negative number.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LogRecord(int Timeline, int Write);

/// <summary>Where a timeline ended: the number of records that were before its end.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct TimelineEnd(int Timeline, int Records);

/// <summary>What is on the disk of one member; it survives the host.</summary>
internal sealed class DataDirectory
{
    /// <summary>Every record is as long as any other.</summary>
    public const int RecordBytes = 64;

    public DataDirectoryState State { get; set; } = DataDirectoryState.Empty;

    public string? SystemId { get; set; }

    public List<LogRecord> Log { get; set; } = [];

    /// <summary>How many records survive a crash.</summary>
    public int Flushed { get; set; }

    public int Timeline { get; set; } = 1;

    public List<TimelineEnd> History { get; set; } = [];

    /// <summary>The signal file that makes it start as a replica.</summary>
    public bool IsStandby { get; set; }

    public bool WasStoppedCleanly { get; set; }

    /// <summary>How many records there were before the last checkpoint's own.</summary>
    public int Checkpoint { get; set; }

    public int CheckpointTimeline { get; set; } = 1;

    /// <summary>A rewound system takes no connections before its log has reached this.</summary>
    public int ConsistentFrom { get; set; }

    public Upstream? Upstream { get; set; }

    /// <summary>Whose slots are here: nobody else can stream from it.</summary>
    public ImmutableArray<MemberName> Slots { get; set; } = [];

    public SyncSetting Synchronous { get; set; } = SyncSetting.None;

    public static LogPosition Position(int records) => new((long)records * RecordBytes);

    /// <summary>This log as far as it goes is the beginning of the other one.</summary>
    public bool IsPrefixOf(DataDirectory other)
    {
        if (Log.Count > other.Log.Count)
        {
            return false;
        }

        // Records never change in place, so the last common one tells for all before it, but for forks of one timeline's number.
        return CollectionsMarshal.AsSpan(Log).SequenceEqual(CollectionsMarshal.AsSpan(other.Log)[..Log.Count]);
    }

    /// <summary>Where the given timeline ended in this history; null when it is the present one, or none of this history.</summary>
    public int? EndOf(int timeline)
    {
        foreach (var end in History)
        {
            if (end.Timeline == timeline)
            {
                return end.Records;
            }
        }

        return null;
    }

    /// <summary>The server asks only this of a standby: that its timeline is known, and its log not past that timeline's end.</summary>
    public bool WouldServe(DataDirectory standby) =>
        standby.SystemId == SystemId
        && (standby.Timeline == Timeline
            ? standby.Flushed <= Flushed
            : EndOf(standby.Timeline) is { } end && standby.Flushed <= end);

    /// <summary>The standby's log goes on where the upstream's history leads.</summary>
    public void TakeHistoryFrom(DataDirectory upstream)
    {
        while (EndOfIn(upstream, Timeline) is { } end && Log.Count >= end.Records)
        {
            History.Add(end);
            Timeline = NextIn(upstream, Timeline);
        }
    }

    public void Truncate(int records)
    {
        if (Log.Count > records)
        {
            Log.RemoveRange(records, Log.Count - records);
        }
    }

    public void CopyFrom(DataDirectory source, int records)
    {
        State = DataDirectoryState.Valid;
        SystemId = source.SystemId;
        Log = source.Log.GetRange(0, records);
        Flushed = records;
        Timeline = source.Timeline;
        History = [.. source.History];
        Checkpoint = Math.Min(source.Checkpoint, records);
        CheckpointTimeline = source.CheckpointTimeline;
        WasStoppedCleanly = false;
        IsStandby = true;
        ConsistentFrom = records;
        Upstream = null;
        Slots = [];
    }

    private static TimelineEnd? EndOfIn(DataDirectory upstream, int timeline)
    {
        foreach (var end in upstream.History)
        {
            if (end.Timeline == timeline)
            {
                return end;
            }
        }

        return null;
    }

    private static int NextIn(DataDirectory upstream, int timeline)
    {
        for (var index = 0; index < upstream.History.Count; index++)
        {
            if (upstream.History[index].Timeline == timeline)
            {
                return index + 1 < upstream.History.Count ? upstream.History[index + 1].Timeline : upstream.Timeline;
            }
        }

        return upstream.Timeline;
    }
}
