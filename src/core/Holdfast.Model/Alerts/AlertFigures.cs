using System.Collections.Frozen;

namespace Holdfast.Model.Alerts;

/// <summary>The figures that alerts can be about.</summary>
public static class AlertFigures
{
    public const string PrimaryAvailable = "primary_available";
    public const string StandbyConnected = "standby_connected";
    public const string LagSeconds = "replication_lag_seconds";
    public const string LagBytes = "replication_lag_bytes";
    public const string ApplyBacklog = "apply_backlog";
    public const string Quorum = "quorum";
    public const string DiskFreePercent = "disk_free_percent";
    public const string SynchronousStandbys = "synchronous_standbys";
    public const string ApprovalWaiting = "approval_waiting";
    public const string ApprovalEscalations = "approval_escalations";
    public const string SinceLeaderChange = "seconds_since_leader_change";
    public const string StoreAnswerSeconds = "store_answer_seconds";
    public const string StoreFailedPercent = "store_failed_percent";
    public const string StoreMembersLost = "store_members_lost";
    public const string CertificateLeftSeconds = "certificate_left_seconds";
    public const string ProbeOutage = "probe_outage_seconds";
    public const string ProbeBurnRate = "probe_burn_rate";
    public const string ProbeLostWrites = "probe_lost_writes";

    /// <summary>Each with what it is; those of a member are seen once for each.</summary>
    public static readonly FrozenDictionary<string, string> All = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        [PrimaryAvailable] = "1 while a member that holds the lease accepts writes, or one goes on without the store by every member's promise; 0 otherwise",
        [StandbyConnected] = "of each member but the leader: 1 while it streams, or takes part in the group, 0 otherwise",
        [LagSeconds] = "of each replica: how long ago the primary's log ended where this one has replayed to; 0 while nothing is written",
        [LagBytes] = "of each replica: how much log it has still to replay",
        [ApplyBacklog] = "of each member of a group: how many transactions wait there to be applied",
        [Quorum] = "1 while the store answers and more than half of a group's members do, 0 otherwise",
        [DiskFreePercent] = "of each member: how much of the data directory's disk is free",
        [SynchronousStandbys] = "how many standbys commits wait for; absent while synchronous mode is off",
        [ApprovalWaiting] = "1 while somebody is asked to approve a failover, 0 otherwise",
        [ApprovalEscalations] = "how often nobody has answered the request for approval that waits; 0 while none does",
        [SinceLeaderChange] = "how long the leader has led",
        [StoreAnswerSeconds] = "of the member that looks: how long the store takes to answer, the median of its last calls",
        [StoreFailedPercent] = "of the member that looks: how many of its last calls the store did not answer",
        [StoreMembersLost] = "how many of the store's own members do not answer, or lag behind; absent where the store does not say",
        [CertificateLeftSeconds] = "of each certificate file that a member uses: how long it is still good",
        [ProbeOutage] = "of each member with a probe: for how long clients have not been served there; 0 while they are",
        [ProbeBurnRate] = "of each member with a probe: how many times as fast as it may the error budget is used up, over the last hour and the last five minutes",
        [ProbeLostWrites] = "of each member with a probe: acknowledged writes that were found to be gone in the last hour",
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>The figure of that name; null when there is none.</summary>
    public static string? Find(string name) => All.Keys.FirstOrDefault(figure => figure == name);

    /// <summary>Every member sees it for itself and tells of it itself, for without the store nobody knows who else would.</summary>
    public static bool IsOwn(string figure) => figure == Quorum;
}

/// <summary>One figure of one subject.</summary>
/// <param name="Figure">Of <see cref="AlertFigures"/>.</param>
/// <param name="Member">Its name; empty for the cluster.</param>
/// <param name="Value">In the unit that the figure's name ends with.</param>
public readonly record struct AlertSample(string Figure, string Member, double Value)
{
    /// <summary>Which of several of the member's; null where it has one.</summary>
    public string? Part { get; init; }

    /// <summary>Which question to people it is about: a later one is greater, and news while the alert goes on. Null where nobody is asked.</summary>
    public long? Asked { get; init; }

    public string Subject => Part is null ? Member : $"{Member}/{Part}";
}
