using Holdfast.Api.Contracts;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Decisions.Alerts;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Alerts;

/// <summary>Shows what fires, and by which rules.</summary>
internal static class AlertEndpoint
{
    public const string Path = "/holdfast/v1/alerts";

    public static Reply Get(MemberSnapshot snapshot, RestApiOptions options) => Reply.Json(
        StatusCodes.Status200OK,
        new AlertList
        {
            Scope = options.Scope,
            Alerts = AlertsOf(snapshot),
            Rules = [.. snapshot.Policy.AlertRules.Select(rule => new AlertRuleStatus(rule.Name, rule.When.ToString(), rule.For.TotalSeconds, Word(rule.Severity), rule.Summary))],
        },
        ApiJson.Wire.AlertList);

    /// <summary>What fires and what holds, the worst first.</summary>
    public static IReadOnlyList<AlertStatus> AlertsOf(MemberSnapshot snapshot)
    {
        var board = BoardOf(snapshot);
        var samples = board.Alerts.IsEmpty ? [] : AlertSamples.Of(snapshot.View! with { Now = snapshot.Now, UtcNow = snapshot.UtcNow });
        return [.. board.Alerts.Values.OrderByDescending(alert => alert.Severity).ThenBy(alert => alert.Since).Select(alert => StatusOf(alert, snapshot.Policy, samples))];
    }

    /// <summary>The evaluator knows better than the store, which may be away.</summary>
    public static AlertBoard BoardOf(MemberSnapshot snapshot) => snapshot.View is { } view ? view.Memory.Alerts ?? view.Store.Alerts : AlertBoard.Empty;

    private static AlertStatus StatusOf(ActiveAlert alert, Policy policy, IReadOnlyCollection<AlertSample> samples)
    {
        var when = policy.AlertRules.FirstOrDefault(rule => rule.Name == alert.Rule)?.When;
        return new()
        {
            Name = alert.Rule,
            Subject = alert.Subject,
            Severity = Word(alert.Severity),
            State = alert.FiringSince is null ? "pending" : "firing",
            Summary = alert.Summary,
            Since = alert.Since,
            FiringSince = alert.FiringSince,
            Runbook = alert.Runbook,
            When = when?.ToString(),
            Value = samples.Where(sample => sample.Figure == when?.Figure && sample.Subject == alert.Subject).Select(sample => (double?)Math.Round(sample.Value, 1)).FirstOrDefault(),
        };
    }

    public static string Word(AlertSeverity severity) => severity.ToString().ToLowerInvariant();
}
