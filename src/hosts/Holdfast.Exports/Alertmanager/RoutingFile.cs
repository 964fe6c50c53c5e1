using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Holdfast.Model.Alerts;

namespace Holdfast.Exports.Alertmanager;

/// <summary>A configuration for Alertmanager that knows which of Holdfast's alerts belong together, and which are no news beside others.</summary>
public static class RoutingFile
{
    private static readonly ImmutableArray<string> OfTheWholeCluster = [AlertFigures.PrimaryAvailable, AlertFigures.Quorum];

    /// <summary>What follows from a cluster that is down.</summary>
    private static readonly ImmutableArray<string> OfReplication =
        [AlertFigures.StandbyConnected, AlertFigures.LagSeconds, AlertFigures.LagBytes, AlertFigures.ApplyBacklog, AlertFigures.SynchronousStandbys];

    /// <param name="rules">Those that the cluster goes by, or the defaults.</param>
    /// <param name="options">For which cluster.</param>
    public static string Write(ImmutableArray<AlertRule> rules, ExportOptions options)
    {
        var scope = options.Scope is { } one ? $"scope={Quoted.Text(one)}" : "scope=~\".+\"";
        var text = new StringBuilder($$$"""
            # Written by 'holdfast export alertmanager'. Check it with: amtool check-config FILE
            # Put your own addresses in place of the two receivers' below.
            route:
              receiver: nobody
              routes:
                - matchers: [{{{Literal(scope)}}}]
                  receiver: chat
                  group_by: [scope, alertname]
                  group_wait: 10s
                  group_interval: 1m
                  repeat_interval: 12h
                  routes:
                    - matchers: ['severity="critical"']
                      receiver: pager
                      group_by: [scope]
                      group_wait: 0s
                      repeat_interval: 1h
                      continue: true
                    - matchers: ['severity=~".+"']
                      receiver: chat
            receivers:
              - name: nobody
              - name: pager
                webhook_configs:
                  - url: http://127.0.0.1:5001/
                    send_resolved: true
              - name: chat
                slack_configs:
                  - api_url: http://127.0.0.1:5002/
                    channel: "#databases"
                    send_resolved: true
                    title: "{{ .Status }}: {{ .CommonLabels.alertname }} of {{ .CommonLabels.scope }}"
                    text: "{{ range .Alerts }}{{ .Annotations.summary }} {{ .Annotations.runbook_url }}\n{{ end }}"
            inhibit_rules:

            """);
        foreach (var (source, target) in Pairs(rules))
        {
            Inhibit(text, [$"alertname={Quoted.Text(source.Name)}"], [$"alertname={Quoted.Text(target.Name)}"], "[scope, member]");
        }

        var causes = Named(rules, OfTheWholeCluster);
        var effects = Named(rules, OfReplication);
        if (causes.Length > 0 && effects.Length > 0)
        {
            Inhibit(text, [$"alertname=~{Quoted.Text(causes)}"], [$"alertname=~{Quoted.Text(effects)}"], "[scope]");
        }

        return text.ToString();
    }

    /// <summary>Rules of one figure: the more urgent one says it all.</summary>
    private static IEnumerable<(AlertRule Source, AlertRule Target)> Pairs(ImmutableArray<AlertRule> rules) =>
        from source in rules
        from target in rules
        where source.When.Figure == target.When.Figure && source.When.Comparison[0] == target.When.Comparison[0] && source.Severity > target.Severity
        select (source, target);

    private static string Named(ImmutableArray<AlertRule> rules, ImmutableArray<string> figures) =>
        string.Join('|', rules.Where(rule => figures.Contains(rule.When.Figure)).Select(rule => Regex.Escape(rule.Name)));

    private static void Inhibit(StringBuilder text, string[] sources, string[] targets, string equal) => text.Append(
        CultureInfo.InvariantCulture,
        $"  - source_matchers: [{string.Join(", ", sources.Select(Literal))}]\n    target_matchers: [{string.Join(", ", targets.Select(Literal))}]\n    equal: {equal}\n");

    /// <summary>YAML reads nothing into single quotes.</summary>
    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
