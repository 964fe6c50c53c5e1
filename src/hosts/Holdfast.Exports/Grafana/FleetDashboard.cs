using System.Collections.Immutable;
using static Holdfast.Exports.Grafana.Panel;

namespace Holdfast.Exports.Grafana;

/// <summary>Many clusters: which of them needs a person.</summary>
public static class FleetDashboard
{
    private const string Clusters = "{scope=~\"$scope\"}";

    private static readonly ImmutableArray<Panel> Panels =
    [
        Row("Which needs a person?"),
        Stat("Clusters", "none", new($"count(count by (scope) (holdfast_info{Clusters}))", "")),
        Stat("Without a primary", "none", new($"count(min by (scope) (holdfast_primary_available{Clusters}) == 0) or vector(0)", "")).Warn(1, "red"),
        Stat("Without a quorum", "none", new($"count(min by (scope) (holdfast_quorum{Clusters}) == 0) or vector(0)", "")).Warn(1, "red"),
        Stat("Critical alerts", "none", new($"count(max by (scope, alert, member) (holdfast_alert{{scope=~\"$scope\",severity=\"critical\"}})) or vector(0)", "")).Warn(1, "red"),
        Stat("Warnings", "none", new($"count(max by (scope, alert, member) (holdfast_alert{{scope=~\"$scope\",severity=\"warning\"}})) or vector(0)", "")).Warn(1),
        Stat("Members", "none", new($"count(holdfast_info{Clusters})", "")),
        Table(
            "Clusters",
            24,
            new PanelQuery($"min by (scope) (holdfast_primary_available{Clusters})", "writes served"),
            new PanelQuery($"min by (scope) (holdfast_quorum{Clusters})", "quorum"),
            new PanelQuery($"max by (scope) (holdfast_members{Clusters})", "members"),
            new PanelQuery($"max by (scope) (holdfast_replication_lag_seconds{Clusters})", "worst lag s"),
            new PanelQuery($"min by (scope) (holdfast_disk_free_percent{Clusters})", "least disk free %"),
            new PanelQuery($"count by (scope) (max by (scope, alert, member) (holdfast_alert{Clusters}))", "alerts"),
            new PanelQuery($"max by (scope) (increase(holdfast_leader_changes_total{Clusters}[1d]))", "changes of leader in a day"),
            new PanelQuery($"100 * avg_over_time((min by (scope) (holdfast_primary_available{Clusters}))[30d:1m])", "writes served in 30 days %")),
        Table("What fires", 12, new PanelQuery($"max by (scope, alert, severity, member) (holdfast_alert{Clusters})", "firing")),
        Table("Who leads", 12, new PanelQuery($"max by (scope, member) (holdfast_leader{Clusters})", "leads")),

        Row("Over time"),
        Graph("Worst lag", "s", new PanelQuery($"max by (scope) (holdfast_replication_lag_seconds{Clusters})", "{{scope}}")).Warn(60),
        Graph("Least disk free", "percent", new PanelQuery($"min by (scope) (holdfast_disk_free_percent{Clusters})", "{{scope}}")).Below(10),
        Graph("Changes of leader", "none", new PanelQuery($"max by (scope) (increase(holdfast_leader_changes_total{Clusters}[$__rate_interval]))", "{{scope}}")),
        Graph("Store failures", "ops", new PanelQuery($"sum by (scope) (rate(holdfast_store_failures_total{Clusters}[$__rate_interval]))", "{{scope}}")),
        Graph("Clients of routers", "none", new PanelQuery($"sum by (scope) (holdfast_router_connections{Clusters})", "{{scope}}")),
        Graph("Versions", "none", new PanelQuery($"count by (version) (holdfast_info{Clusters})", "{{version}}")),
    ];

    public static string Write() => DashboardJson.Write(
        "holdfast-fleet", "Holdfast: all clusters", [DashboardJson.QueryVariableOfMany("scope", "label_values(holdfast_info, scope)")], Panels, "Holdfast");
}
