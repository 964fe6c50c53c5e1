using System.Text.Json;

namespace Holdfast.Api.Contracts;

/// <summary>One member as it sees itself: the body of <c>/patroni</c> and of every health check.</summary>
public sealed record MemberStatus
{
    public required string State { get; init; }

    public string? PostmasterStartTime { get; init; }

    public required string Role { get; init; }

    public int? ServerVersion { get; init; }

    public LogStatus? Xlog { get; init; }

    public bool? SyncStandby { get; init; }

    public bool? QuorumStandby { get; init; }

    public int? Timeline { get; init; }

    public string? ReplicationState { get; init; }

    public IReadOnlyList<ReplicationStatus>? Replication { get; init; }

    public bool? Pause { get; init; }

    public bool? ClusterUnlocked { get; init; }

    public bool? FailsafeModeIsActive { get; init; }

    /// <summary>Seconds since 1970.</summary>
    public long DcsLastSeen { get; init; }

    public JsonElement? Tags { get; init; }

    public string? DatabaseSystemIdentifier { get; init; }

    public bool? PendingRestart { get; init; }

    public JsonElement? PendingRestartReason { get; init; }

    public required SoftwareStatus Patroni { get; init; }

    public ScheduledRestart? ScheduledRestart { get; init; }

    public bool? WatchdogFailed { get; init; }
}

/// <summary>Log positions in bytes; a primary has a location, a replica the others.</summary>
public sealed record LogStatus
{
    public long? Location { get; init; }

    public long? ReceivedLocation { get; init; }

    public long? ReplayedLocation { get; init; }

    public string? ReplayedTimestamp { get; init; }

    public bool? Paused { get; init; }
}

/// <summary>One standby that streams from this member.</summary>
public sealed record ReplicationStatus
{
    public required string ApplicationName { get; init; }

    public required string State { get; init; }

    public required string SyncState { get; init; }

    public required int SyncPriority { get; init; }
}

public sealed record SoftwareStatus
{
    public required string Version { get; init; }

    public required string Scope { get; init; }

    public required string Name { get; init; }
}

public sealed record ScheduledRestart
{
    public required string Schedule { get; init; }

    public string? PostgresVersion { get; init; }
}
