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
            Silences = SilencesOf(snapshot),
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
    public static AlertBoard BoardOf(MemberSnapshot snapshot) => snapshot.View is { } view ? AlertRules.BoardOf(view) : AlertBoard.Empty;

    /// <summary>Those that hold now.</summary>
    public static IReadOnlyList<AlertSilenceStatus> SilencesOf(MemberSnapshot snapshot) =>
        [.. (snapshot.View?.Store.AlertAnswers.Silences ?? []).Where(silence => snapshot.UtcNow < silence.EndsAt).Select(StatusOf)];

    private static AlertSilenceStatus StatusOf(AlertSilence silence) => new()
    {
        Id = silence.Id,
        Rule = silence.Rule,
        Member = silence.Member,
        StartsAt = silence.StartsAt,
        EndsAt = silence.EndsAt,
        By = silence.By,
        Comment = silence.Comment,
    };

    private static AlertStatus StatusOf(ActiveAlert alert, Policy policy, IReadOnlyCollection<AlertSample> samples)
    {
        var when = policy.AlertRules.FirstOrDefault(rule => rule.Name == alert.Rule)?.When;
        return new()
        {
            Id = alert.Key,
            Name = alert.Rule,
            Subject = alert.Subject,
            Severity = Word(alert.Severity),
            State = StateOf(alert),
            Summary = alert.Summary,
            Since = alert.Since,
            FiringSince = alert.FiringSince,
            Runbook = alert.Runbook,
            When = when?.ToString(),
            Value = samples.Where(sample => sample.Figure == when?.Figure && sample.Subject == alert.Subject).Select(sample => (double?)Math.Round(sample.Value, 1)).FirstOrDefault(),
            SilencedBy = alert.SilencedBy,
            AcknowledgedBy = alert.Acknowledged?.By,
            AcknowledgedAt = alert.Acknowledged?.At,
            AcknowledgedComment = alert.Acknowledged is { Comment: { Length: > 0 } comment } ? comment : null,
        };
    }

    private static string StateOf(ActiveAlert alert) => alert switch
    {
        { FiringSince: null } => "pending",
        { SilencedBy: not null } => "silenced",
        { Acknowledged: not null } => "acknowledged",
        _ => "firing",
    };

    public static string Word(AlertSeverity severity) => severity.ToString().ToLowerInvariant();
}
