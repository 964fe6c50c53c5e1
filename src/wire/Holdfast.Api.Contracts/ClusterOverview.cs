using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Api.Contracts;

/// <summary>The members of a cluster as the store has them: the body of <c>/cluster</c>.</summary>
public sealed record ClusterOverview
{
    public required IReadOnlyList<ClusterMember> Members { get; init; }

    public bool? Pause { get; init; }

    public ScheduledSwitchover? ScheduledSwitchover { get; init; }

    public required string Scope { get; init; }
}

public sealed record ClusterMember
{
    public required string Name { get; init; }

    /// <summary><c>leader</c>, <c>standby_leader</c>, <c>sync_standby</c>, <c>quorum_standby</c> or <c>replica</c>.</summary>
    public required string Role { get; init; }

    public required string State { get; init; }

    public required string ApiUrl { get; init; }

    public string? Host { get; init; }

    public int? Port { get; init; }

    public int? Timeline { get; init; }

    public bool? PendingRestart { get; init; }

    public JsonElement? PendingRestartReason { get; init; }

    public ScheduledRestart? ScheduledRestart { get; init; }

    public JsonElement? Tags { get; init; }

    public string? ReceiveLsn { get; init; }

    public Lag? ReceiveLag { get; init; }

    public string? ReplayLsn { get; init; }

    public Lag? ReplayLag { get; init; }

    public string? Lsn { get; init; }

    public Lag? Lag { get; init; }

    /// <summary>Beyond Patroni: what the server is to its group, in MySQL's words; absent where servers elect nobody.</summary>
    public string? GroupState { get; init; }

    /// <summary>Beyond Patroni: how many received transactions wait to be applied.</summary>
    public long? GroupBacklog { get; init; }

    /// <summary>Beyond Patroni: how many transactions certification has rejected at this member.</summary>
    public long? GroupConflicts { get; init; }

    /// <summary>Beyond Patroni: more waits at this member than flow control lets pass, so that the group's writers are slowed down.</summary>
    public bool? SlowsGroup { get; init; }

    [JsonIgnore]
    public bool IsLeader => Role is "leader" or "standby_leader";
}

public sealed record ScheduledSwitchover
{
    public required string At { get; init; }

    public string? From { get; init; }

    public string? To { get; init; }
}
