using System.Collections.Immutable;
using static Holdfast.Exports.Grafana.Panel;

namespace Holdfast.Exports.Grafana;

/// <summary>One cluster: is it safe, who leads, why did it change.</summary>
public static class ClusterDashboard
{
    private const string Cluster = "{scope=\"$scope\"}";
    private static readonly ImmutableArray<Panel> Panels =
    [
        Row("Is it safe?"),
        Stat("Writes", "none", new($"min(holdfast_primary_available{Cluster})", "")).YesNo("served", "NOT served").Says("Whether a member that holds the lease accepts writes."),
        Stat("Quorum", "none", new($"min(holdfast_quorum{Cluster})", "")).YesNo("held", "LOST"),
        Stat("Worst lag", "s", new($"max(holdfast_replication_lag_seconds{Cluster})", "")).Warn(60).Warn(300, "red"),
        Stat("Least disk free", "percent", new($"min(holdfast_disk_free_percent{Cluster})", "")).Below(10),
        Stat("Members", "none", new($"max(holdfast_members{Cluster})", "")),
        Stat("Leads for", "s", new($"max(holdfast_seconds_since_leader_change{Cluster})", "")),
        Table("What fires", 12, new PanelQuery($"max by (alert, severity, member) (holdfast_alert{Cluster})", "firing")),
        Table("Who leads", 12, new PanelQuery($"max by (member) (holdfast_leader{Cluster})", "leads"), new PanelQuery($"max by (member) (holdfast_sync_member{Cluster})", "holds every write")),

        Row("Replication"),
        Graph("Lag in seconds", "s", new PanelQuery($"max by (member) (holdfast_replication_lag_seconds{Cluster})", "{{member}}")).Warn(60).Says("How long ago the primary's log ended where the replica has replayed to; 0 while nothing is written."),
        Graph("Lag in bytes", "bytes", new PanelQuery($"max by (application_name) (holdfast_pg_stat_replication_lag_bytes{Cluster})", "{{application_name}} to replay"), new PanelQuery($"max by (standby) (holdfast_standby_flush_lag_bytes{Cluster})", "{{standby}} to flush")),
        Graph("Standbys", "none", new PanelQuery($"max by (standby) (holdfast_standby_streaming{Cluster})", "{{standby}} streams"), new PanelQuery($"max by (standby) (holdfast_standby_synchronous{Cluster})", "{{standby}} is synchronous")),
        Table("pg_stat_replication", 24, new PanelQuery($"max by (application_name, client_addr, state, sync_state) (holdfast_pg_stat_replication_state{Cluster})", "streams"), new PanelQuery($"max by (application_name, client_addr) (holdfast_pg_stat_replication_replay_lag_seconds{Cluster})", "replay lag s")),

        Row("Failovers"),
        Graph("Terms", "none", new PanelQuery($"max(holdfast_term{Cluster})", "term"), new PanelQuery($"max(increase(holdfast_leader_changes_total{Cluster}[$__rate_interval]))", "changes of leader")),
        Graph("The last change of leader", "s", new PanelQuery($"max by (phase) (holdfast_last_failover_phase_seconds{Cluster})", "{{phase}}")).Says("How long nobody held the lease, how long the new leader took to accept writes, and the steps that the audit trail has."),
        Graph("Until the fence", "s", new PanelQuery($"holdfast_fence_deadline_seconds{Cluster} > 0", "{{name}}")).Says("Time until the leader would fence itself, were its lease not renewed."),
        Graph("Decisions", "none", new PanelQuery($"sum by (rule) (increase(holdfast_decisions_total{Cluster}[$__rate_interval])) > 0", "{{rule}}")),
        Table("What is decided now", 16, new PanelQuery($"max by (name, concern, rule) (holdfast_decision{Cluster})", "now")),

        Row("Disk and store"),
        Graph("Disk free", "percent", new PanelQuery($"min by (member) (holdfast_disk_free_percent{Cluster})", "{{member}}")).Below(10),
        Graph("Data directories", "bytes", new PanelQuery($"max by (name) (holdfast_data_directory_bytes{Cluster})", "{{name}}")),
        Graph("The store's content is known since", "s", new PanelQuery($"max by (name) (holdfast_store_age_seconds{Cluster})", "{{name}}")),
        Graph("The store's answers take", "s", new PanelQuery($"sum by (name, operation) (rate(holdfast_store_request_seconds_total{Cluster}[$__rate_interval])) / sum by (name, operation) (rate(holdfast_store_requests_total{Cluster}[$__rate_interval]))", "{{name}} {{operation}}")),
        Graph("The store does not answer", "ops", new PanelQuery($"sum by (name, operation) (rate(holdfast_store_failures_total{Cluster}[$__rate_interval]))", "{{name}} {{operation}}")),
        Graph("Notifications", "none", new PanelQuery($"sum by (target) (increase(holdfast_notifications_sent_total{Cluster}[$__rate_interval]))", "{{target}} told"), new PanelQuery($"sum by (target) (increase(holdfast_notifications_failed_total{Cluster}[$__rate_interval]))", "{{target}} failed"), new PanelQuery($"sum by (target) (increase(holdfast_notifications_dropped_total{Cluster}[$__rate_interval]))", "{{target}} lost")),

        Row("Router"),
        Graph("Connections", "none", new PanelQuery($"sum(holdfast_router_connections{Cluster})", "clients"), new PanelQuery($"sum by (member) (holdfast_router_member_connections{Cluster})", "to {{member}}")),
        Graph("Connections that wait", "none", new PanelQuery($"sum(holdfast_router_held{Cluster})", "held"), new PanelQuery($"sum(increase(holdfast_router_moved_total{Cluster}[$__rate_interval]))", "moved"), new PanelQuery($"sum(increase(holdfast_router_cut_total{Cluster}[$__rate_interval]))", "cut")),
        Graph("From a change of leader to the first byte", "s", new PanelQuery($"max(holdfast_router_route_seconds{Cluster})", "route"), new PanelQuery($"max(holdfast_router_hold_seconds_max{Cluster})", "longest wait")),

        Row("MySQL group"),
        Table("replication_group_members", 8, new PanelQuery($"max by (member_host, member_port, member_state, member_role, member_version) (holdfast_group_member{Cluster})", "ONLINE")),
        Graph("Transactions that wait", "none", new PanelQuery($"max by (name) (holdfast_group_apply_backlog{Cluster})", "{{name}} to apply"), new PanelQuery($"max by (name) (holdfast_group_certify_backlog{Cluster})", "{{name}} to certify")),
        Graph("Conflicts", "ops", new PanelQuery($"sum by (name) (rate(holdfast_group_conflicts_total{Cluster}[$__rate_interval]))", "{{name}}")),
    ];

    public static string Write() => DashboardJson.Write(
        "holdfast-cluster", "Holdfast: a cluster", [DashboardJson.QueryVariable("scope", "label_values(holdfast_info, scope)")], Panels, "Holdfast");
}
