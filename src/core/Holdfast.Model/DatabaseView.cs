using System.Collections.Immutable;
using Holdfast.Model.Groups;

namespace Holdfast.Model;

/// <summary>What the agent saw of its own database.</summary>
public sealed record DatabaseView
{
    public required DataDirectoryState Directory { get; init; }

    public required DatabaseProcess Process { get; init; }

    /// <summary>The process runs and answers queries.</summary>
    public bool IsResponsive { get; init; }

    public DatabaseRole Role { get; init; }

    public string? SystemId { get; init; }

    public int ServerVersion { get; init; }

    public Timeline? Timeline { get; init; }

    /// <summary>The last position that is safe on this disk: flushed by a primary, received (or replayed from the archive) by a replica.</summary>
    public LogPosition Position { get; init; }

    public LogPosition ReplayPosition { get; init; }

    /// <summary>Where the replica is told to stream from; null when nowhere.</summary>
    public Upstream? Upstream { get; init; }

    /// <summary>The replica's receiver is connected and streams.</summary>
    public bool IsStreaming { get; init; }

    /// <summary>Who streams from this database.</summary>
    public ImmutableArray<StandbyConnection> Standbys { get; init; } = [];

    /// <summary>The standbys that the database waits for before it acknowledges a commit, as it is configured now.</summary>
    public SyncSetting Synchronous { get; init; } = SyncSetting.None;

    /// <summary>The job that runs now or has just ended; null when there was none.</summary>
    public DatabaseJob? Job { get; init; }

    /// <summary>How the database was when its control file was last written; known while it is stopped.</summary>
    public ControlState? Control { get; init; }

    public DiskSpace? Disk { get; init; }

    public bool IsRestartPending { get; init; }

    public bool HasCheckpointedSincePromotion { get; init; }

    /// <summary>Replication slots that exist here, by name.</summary>
    public ImmutableArray<string> Slots { get; init; } = [];

    /// <summary>Where this system's earlier timelines ended, oldest first; known while it runs as a primary.</summary>
    public ImmutableArray<TimelineChange> History { get; init; } = [];

    /// <summary>Why the database is as it is, in the engine's words; null when nothing is wrong.</summary>
    public string? Trouble { get; init; }

    /// <summary>When the running server was started; null when it is not known.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the last replayed transaction was committed on its primary; null on a primary, or before the first.</summary>
    public DateTimeOffset? ReplayedAt { get; init; }

    public bool IsReplayPaused { get; init; }

    /// <summary>The group that this server is or could be in, where the servers elect their primary themselves; null where they do not.</summary>
    public GroupView? Group { get; init; }

    /// <summary>A job runs that no other may interrupt; a checkpoint goes on beside whatever else happens.</summary>
    public bool IsBusy => Job is { State: JobState.Running, Kind: not DatabaseJobKind.Checkpoint };

    public bool IsDoing(DatabaseJobKind kind) => Job is { State: JobState.Running } job && job.Kind == kind;

    public bool IsRunningPrimary => Process == DatabaseProcess.Running && Role == DatabaseRole.Primary;

    public bool IsRunningReplica => Process == DatabaseProcess.Running && Role == DatabaseRole.Replica;

    public bool IsDown => Process is DatabaseProcess.Stopped or DatabaseProcess.Crashed;
}

public enum DataDirectoryState
{
    /// <summary>Missing or empty.</summary>
    Empty,
    Valid,

    /// <summary>It holds something that is not ours to touch: another system, a newer version, no database at all, no rights.</summary>
    Foreign,

    /// <summary>A clone or bootstrap into it did not finish; it is never trusted.</summary>
    Unfinished,
}

public enum DatabaseProcess
{
    /// <summary>Not running, as told.</summary>
    Stopped,

    /// <summary>It ended without being told to.</summary>
    Crashed,

    /// <summary>The process lives but takes no connections yet.</summary>
    Starting,
    Running,
    Stopping,
}

public enum DatabaseRole
{
    Unknown,

    /// <summary>A database that accepts writes.</summary>
    Primary,

    /// <summary>A database that follows another one, or could.</summary>
    Replica,
}

/// <summary>Where a replica streams from.</summary>
public sealed record Upstream(MemberName Member, string Host, int Port);

/// <summary>One standby as the primary sees it.</summary>
/// <param name="Member">The standby's application name.</param>
/// <param name="IsStreaming">It has caught up with the stream.</param>
/// <param name="IsSynchronous">Commits wait for it now.</param>
/// <param name="FlushPosition">What it has on its disk.</param>
public sealed record StandbyConnection(MemberName Member, bool IsStreaming, bool IsSynchronous, LogPosition FlushPosition)
{
    /// <summary>Where it connects from; empty for this host.</summary>
    public string Address { get; init; } = "";

    /// <summary>How far its stream is, in the engine's words.</summary>
    public string State { get; init; } = "";

    /// <summary>Whether commits wait for it, in the engine's words.</summary>
    public string SyncState { get; init; } = "";

    /// <summary>What was sent to it.</summary>
    public LogPosition SentPosition { get; init; }

    /// <summary>What it has taken up and may lose with its host.</summary>
    public LogPosition WritePosition { get; init; }

    /// <summary>What its readers see.</summary>
    public LogPosition ReplayPosition { get; init; }

    /// <summary>How long the last write took to be seen there, as the engine has measured it; null while nothing is written.</summary>
    public TimeSpan? ReplayLag { get; init; }
}

/// <summary>What commits wait for.</summary>
/// <param name="Standbys">The standbys, in order of preference; empty when commits wait for nobody.</param>
/// <param name="Count">How many of them must have flushed a commit.</param>
/// <param name="WaitsForAnybody">Strict mode without a candidate: commits wait until some standby appears.</param>
/// <param name="EffectiveFrom">
/// The position after which every commit surely waited for these standbys; null until the database is known to have taken the setting up.
/// </param>
public sealed record SyncSetting(
    ImmutableArray<MemberName> Standbys,
    int Count,
    bool WaitsForAnybody,
    LogPosition? EffectiveFrom)
{
    public static readonly SyncSetting None = new([], 0, false, null);

    public bool IsSameWish(SyncSetting other) =>
        Standbys.SequenceEqual(other.Standbys) && Count == other.Count && WaitsForAnybody == other.WaitsForAnybody;
}

/// <summary>The control file of a stopped database.</summary>
/// <param name="WasShutDownCleanly">The last thing it wrote is its shutdown checkpoint.</param>
/// <param name="WasPrimary">It accepted writes when it was last written.</param>
/// <param name="Checkpoint">The position of the last checkpoint; the end of the log after a clean stop.</param>
/// <param name="Timeline">The timeline of that checkpoint.</param>
public sealed record ControlState(bool WasShutDownCleanly, bool WasPrimary, LogPosition Checkpoint, Timeline Timeline);

/// <summary>Bytes on the disk of the data directory.</summary>
public sealed record DiskSpace(long FreeBytes, long TotalBytes, long DataBytes);

public enum DatabaseJobKind
{
    Bootstrap,
    Clone,
    Rewind,
    StartPrimary,
    StartReplica,
    Stop,
    Restart,
    Promote,
    Checkpoint,
    JoinGroup,
    BootstrapGroup,
    ElectPrimary,
    ChangeGroupMode,
    Expel,
}

public enum JobState
{
    Running,
    Succeeded,
    Failed,
    Cancelled,
}

/// <summary>
/// Long work on the database: started once, then observed. <c>Number</c> grows with every job of this agent's life;
/// the times are on the clock of <see cref="ClusterView.Now"/>;
/// <c>Progress</c> says in words how far it is, with figures where there are some, or why it failed.
/// </summary>
public sealed record DatabaseJob(
    long Number,
    DatabaseJobKind Kind,
    JobState State,
    TimeSpan StartedAt,
    TimeSpan? EndedAt,
    string Progress);
