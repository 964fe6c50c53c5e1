using Holdfast.Api.Alerts;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Api.Status;
using Holdfast.Decisions.Alerts;
using Holdfast.Model.Alerts;

namespace Holdfast.Api.Metrics;

/// <summary>The figures that alerts are about, shown by the member that evaluates them, and what fires.</summary>
internal static class AlertMetrics
{
    public static void Write(MetricList list, MemberSnapshot snapshot)
    {
        if (snapshot.View is not { } view || !AlertRules.IsEvaluator(view))
        {
            return;
        }

        foreach (var figure in AlertSamples.Of(view).GroupBy(sample => sample.Figure))
        {
            list.Gauge($"holdfast_{figure.Key}", Sentence(AlertFigures.All[figure.Key]), [.. figure.Select(sample => new MetricSample(sample.Value, Labels(AlertFigures.IsOwn(sample.Figure) ? "" : sample.Member, sample.Part)))]);
        }

        list.Gauge(
            "holdfast_alert",
            "What fires; the value is 1.",
            [
                .. AlertEndpoint.BoardOf(snapshot).Alerts.Values
                    .Where(alert => alert.FiringSince is not null)
                    .Select(alert => new MetricSample(1, [new("alert", alert.Rule), new("severity", alert.Severity.ToString().ToLowerInvariant()), .. Labels(alert.Member, alert.Part)])),
            ]);
    }

    private static KeyValuePair<string, string>[] Labels(string member, string? part) =>
    [
        .. member.Length > 0 ? (KeyValuePair<string, string>[])[new("member", member)] : [],
        .. part is null ? (KeyValuePair<string, string>[])[] : [new("part", part)],
    ];

    private static string Sentence(string words) => char.ToUpperInvariant(words[0]) + words[1..] + ".";
}
