using System.Collections.Immutable;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Alerts;

/// <summary>The rules that hold where the operator states no others.</summary>
public static class AlertDefaults
{
    public static ImmutableArray<AlertRule> Rules { get; } =
    [
        Rule("PrimaryUnavailable", "primary_available == 0", 5, AlertSeverity.Critical, "no member accepts writes"),
        Rule("QuorumLost", "quorum == 0", 5, AlertSeverity.Critical, "the store does not answer, or half of the group's members do not"),
        Rule("StandbyNotConnected", "standby_connected == 0", 10, AlertSeverity.Critical, "{subject} does not follow the primary"),
        Rule("ApprovalWaiting", "approval_waiting == 1", 0, AlertSeverity.Critical, "a failover waits for an approval"),
        Rule("ApprovalEscalated", "approval_escalations > 0", 0, AlertSeverity.Critical, "nobody has answered whether a failover may go on") with { IsEscalated = true },
        Rule("ReplicationLag", "replication_lag_seconds > 60", 0, AlertSeverity.Warning, "{subject} is {value} s behind the primary") with { Until = Expression("replication_lag_seconds > 30") },
        Rule("ReplicationLagCritical", "replication_lag_seconds > 300", 0, AlertSeverity.Critical, "{subject} is {value} s behind the primary") with { Until = Expression("replication_lag_seconds > 150") },
        Rule("DiskSpaceLow", "disk_free_percent < 10", 0, AlertSeverity.Warning, "the disk of {subject} has {value} % free") with { Until = Expression("disk_free_percent < 12") },
        Rule("DiskSpaceCritical", "disk_free_percent < 5", 0, AlertSeverity.Critical, "the disk of {subject} has {value} % free") with { Until = Expression("disk_free_percent < 6") },
        Rule("NoSynchronousStandby", "synchronous_standbys == 0", 30, AlertSeverity.Warning, "synchronous mode is on, and no standby is synchronous"),
        Rule("StoreMemberLost", "store_members_lost > 0", 30, AlertSeverity.Warning, "{value} of the store's members do not answer"),
        Rule("StoreSlow", "store_answer_seconds > 0.2", 30, AlertSeverity.Warning, "the store takes {value} s to answer {subject}") with { Until = Expression("store_answer_seconds > 0.1") },
        Rule("StoreFailing", "store_failed_percent > 20", 30, AlertSeverity.Warning, "the store does not answer {value} % of what {subject} asks") with { Until = Expression("store_failed_percent > 10") },
        Rule("CertificateExpiring", "certificate_left_seconds < 14d", 0, AlertSeverity.Warning, "the certificate of {subject} has {days} days left"),
        Rule("CertificateExpiringSoon", "certificate_left_seconds < 3d", 0, AlertSeverity.Critical, "the certificate of {subject} has {days} days left"),
        Rule("LeaderChanged", "seconds_since_leader_change < 60", 0, AlertSeverity.Info, "the leader has changed"),
        Rule("ProbeFailing", "probe_outage_seconds >= 10", 0, AlertSeverity.Critical, "clients of {subject}'s router are not served") with { Until = Expression("probe_outage_seconds > 0") },
        Rule("ErrorBudgetBurning", "probe_burn_rate > 14.4", 0, AlertSeverity.Warning, "the error budget of {subject}'s clients is used up {value} times as fast as it may"),
        Rule("AcknowledgedWritesLost", "probe_lost_writes > 0", 0, AlertSeverity.Critical, "{value} acknowledged writes of {subject}'s probe are gone"),
    ];

    private static AlertRule Rule(string name, string when, int seconds, AlertSeverity severity, string summary) =>
        new(name, Expression(when), TimeSpan.FromSeconds(seconds), severity, summary);

    private static AlertExpression Expression(string text) => AlertExpression.Parse(text) ?? throw new InvalidOperationException($"'{text}' is no expression");
}
