using Holdfast.Model.Alerts;

namespace Holdfast.Exports.Prometheus;

/// <summary>What nobody within a cluster can tell of it: that its agents are silent, or cannot tell anybody anything.</summary>
internal static class WatcherRules
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    public static IEnumerable<PrometheusAlert> All(ExportOptions options) =>
    [
        Alert("HoldfastMemberUnseen", "up{job=~\"holdfast.*\"} == 0", Minute, AlertSeverity.Warning, "{{ $labels.instance }} cannot be asked for its metrics", options) with { Description = "Its agent is down, or the way to it." },
        Alert("HoldfastNobodyEvaluates", Silent(options), Minute, AlertSeverity.Critical, "{{ $labels.scope }}: no member looks for what is worth an alert", options),
        Alert(
            "HoldfastStoreUnreachable", $"max by (scope, name) (holdfast_store_reachable{options.Selector()}) == 0", Minute, AlertSeverity.Warning,
            "{{ $labels.scope }}: {{ $labels.name }} does not reach the store", options),
        Alert(
            "HoldfastFenceBroken", $"min by (scope, name, fence) (holdfast_fence_ready{options.Selector()}) == 0", Minute, AlertSeverity.Warning,
            "{{ $labels.scope }}: the fence {{ $labels.fence }} of {{ $labels.name }} would not act now", options),
        Alert(
            "HoldfastAgentStuck", $"max by (scope, name) (holdfast_view_age_seconds{options.Selector()}) > 60", TimeSpan.Zero, AlertSeverity.Warning,
            "{{ $labels.scope }}: the agent of {{ $labels.name }} has not looked at anything for {{ $value | printf \"%.0f\" }} s", options),
        Alert(
            "HoldfastNotificationsLost",
            $"sum by (scope, target) (increase(holdfast_notifications_failed_total{options.Selector()}[10m])) + sum by (scope, target) (increase(holdfast_notifications_dropped_total{options.Selector()}[10m])) > 0",
            TimeSpan.Zero, AlertSeverity.Warning, "{{ $labels.scope }}: {{ $labels.target }} was not told of something", options),
    ];

    private static string Silent(ExportOptions options) => options.Scope is null
        ? "count by (scope) (holdfast_info) unless on (scope) count by (scope) (holdfast_primary_available)"
        : $"absent(holdfast_primary_available{options.Selector()})";

    private static PrometheusAlert Alert(string name, string query, TimeSpan pending, AlertSeverity severity, string summary, ExportOptions options) => new()
    {
        Name = name,
        Query = query,
        For = pending,
        Severity = severity,
        Summary = summary,
        Runbook = RuleFile.Runbook(name, options),
    };
}
