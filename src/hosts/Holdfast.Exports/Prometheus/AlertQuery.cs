using System.Collections.Frozen;
using System.Globalization;
using Holdfast.Model.Alerts;

namespace Holdfast.Exports.Prometheus;

/// <summary>From a rule of Holdfast's to a query of Prometheus'.</summary>
internal static class AlertQuery
{
    private static readonly FrozenSet<string> OfMembers = FrozenSet.Create(
        StringComparer.Ordinal,
        AlertFigures.StandbyConnected,
        AlertFigures.LagSeconds,
        AlertFigures.LagBytes,
        AlertFigures.ApplyBacklog,
        AlertFigures.DiskFreePercent,
        AlertFigures.StoreAnswerSeconds,
        AlertFigures.StoreFailedPercent,
        AlertFigures.ProbeOutage,
        AlertFigures.ProbeBurnRate,
        AlertFigures.ProbeLostWrites);

    /// <summary>The labels of one subject.</summary>
    public static string Subject(string figure) => figure switch
    {
        AlertFigures.CertificateLeftSeconds => "scope, member, part",
        _ when OfMembers.Contains(figure) => "scope, member",
        _ => "scope",
    };

    /// <summary>The metric that shows the figure.</summary>
    public static string Metric(string figure) => $"holdfast_{figure}";

    /// <summary>
    /// What begins to fire, or does so already and is not over yet. Prometheus remembers of an alert only that it fires, in its series <c>ALERTS</c>.
    /// </summary>
    public static string Of(AlertRule rule, ExportOptions options)
    {
        var begins = Holds(rule.When, options);
        return rule.Until is { } until
            ? $"{begins}\nor\n(\n  {Holds(until, options)}\n  and on ({Subject(rule.When.Figure)})\n  ALERTS{options.Selector($"alertname={Quoted.Text(rule.Name)}", "alertstate=\"firing\"")}\n)"
            : begins;
    }

    /// <summary>Two members show a figure for a moment when one takes over from the other: the worse one counts.</summary>
    private static string Holds(AlertExpression expression, ExportOptions options)
    {
        var isHighBad = expression.Comparison is ">" or ">=" || (expression.Comparison == "==" && expression.Limit > 0);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{(isHighBad ? "max" : "min")} by ({Subject(expression.Figure)}) ({Metric(expression.Figure)}{options.Selector()}) {expression.Comparison} {expression.Limit}");
    }
}
