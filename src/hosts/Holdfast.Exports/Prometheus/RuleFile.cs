using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Model.Alerts;

namespace Holdfast.Exports.Prometheus;

/// <summary>
/// A file of rules for Prometheus 2.42 or later, on the metrics that members show: Holdfast's own alerts, what only somebody outside can see, and
/// what dashboards ask often.
/// </summary>
public static class RuleFile
{
    /// <param name="rules">Those that the cluster goes by, or the defaults.</param>
    /// <param name="options">For which cluster.</param>
    public static string Write(ImmutableArray<AlertRule> rules, ExportOptions options)
    {
        var text = new StringBuilder();
        text.Append("# Written by 'holdfast export prometheus-rules'. Check it with: promtool check rules FILE\n");
        text.Append("groups:\n");
        text.Append("  - name: holdfast-figures\n    rules:\n");
        foreach (var (record, query) in Recorded(options))
        {
            text.Append(CultureInfo.InvariantCulture, $"      - record: {record}\n        expr: {Quoted.Text(query)}\n");
        }

        text.Append("  - name: holdfast-alerts\n    rules:\n");
        foreach (var rule in rules)
        {
            Write(text, Alert(rule, options));
        }

        text.Append("  - name: holdfast-watchers\n    rules:\n");
        foreach (var alert in WatcherRules.All(options))
        {
            Write(text, alert);
        }

        return text.ToString();
    }

    private static IEnumerable<(string Record, string Query)> Recorded(ExportOptions options) =>
    [
        ("scope:holdfast_primary_available:min", $"min by (scope) (holdfast_primary_available{options.Selector()})"),
        ("scope:holdfast_replication_lag_seconds:max", $"max by (scope) (holdfast_replication_lag_seconds{options.Selector()})"),
        ("scope:holdfast_replication_lag_bytes:max", $"max by (scope) (holdfast_replication_lag_bytes{options.Selector()})"),
        ("scope:holdfast_disk_free_percent:min", $"min by (scope) (holdfast_disk_free_percent{options.Selector()})"),
        ("scope:holdfast_leader_changes:increase1d", $"max by (scope) (increase(holdfast_leader_changes_total{options.Selector()}[1d]))"),
        ("scope_name_operation:holdfast_store_request_seconds:rate5m",
            $"sum by (scope, name, operation) (rate(holdfast_store_request_seconds_total{options.Selector()}[5m])) / sum by (scope, name, operation) (rate(holdfast_store_requests_total{options.Selector()}[5m]))"),
    ];

    private static PrometheusAlert Alert(AlertRule rule, ExportOptions options) => new()
    {
        Name = rule.Name,
        Query = AlertQuery.Of(rule, options),
        For = rule.For,
        KeepFor = rule.KeepFor,
        Severity = rule.Severity,
        Summary = "{{ $labels.scope }}: " + rule.Summary
            .Replace("{subject}", "{{ $labels.member }}", StringComparison.Ordinal)
            .Replace("{days} days", "{{ $value | humanizeDuration }}", StringComparison.Ordinal)
            .Replace("{value}", "{{ $value | printf \"%.1f\" }}", StringComparison.Ordinal),
        Runbook = rule.Runbook ?? Runbook(rule.Name, options),
    };

    internal static string Runbook(string alert, ExportOptions options) => $"{options.Runbooks}#{alert.ToLowerInvariant()}";

    private static void Write(StringBuilder text, PrometheusAlert alert)
    {
        text.Append(CultureInfo.InvariantCulture, $"      - alert: {Quoted.Text(alert.Name)}\n        expr: |-\n");
        foreach (var line in alert.Query.Split('\n'))
        {
            text.Append(CultureInfo.InvariantCulture, $"          {line}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"        for: {Duration(alert.For)}\n");
        if (alert.KeepFor > TimeSpan.Zero)
        {
            text.Append(CultureInfo.InvariantCulture, $"        keep_firing_for: {Duration(alert.KeepFor)}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"        labels:\n          severity: {alert.Severity.ToString().ToLowerInvariant()}\n        annotations:\n");
        text.Append(CultureInfo.InvariantCulture, $"          summary: {Quoted.Text(alert.Summary)}\n");
        text.Append(CultureInfo.InvariantCulture, $"          description: {Quoted.Text(alert.Description)}\n");
        text.Append(CultureInfo.InvariantCulture, $"          runbook_url: {Quoted.Text(alert.Runbook)}\n");
    }

    private static string Duration(TimeSpan duration) => string.Create(CultureInfo.InvariantCulture, $"{(long)duration.TotalMilliseconds}ms");
}
