using Holdfast.Api.Contracts;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Decisions.Alerts;
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
            Alerts = [.. BoardOf(snapshot).Alerts.Values.OrderByDescending(alert => alert.Severity).ThenBy(alert => alert.Since).Select(StatusOf)],
            Silences = [.. SilencesOf(snapshot).Select(StatusOf)],
            Rules = [.. snapshot.Policy.AlertRules.Select(rule => new AlertRuleStatus(rule.Name, rule.When.ToString(), rule.For.TotalSeconds, Word(rule.Severity), rule.Summary))],
        },
        ApiJson.Wire.AlertList);

    /// <summary>The evaluator knows better than the store, which may be away.</summary>
    public static AlertBoard BoardOf(MemberSnapshot snapshot) => snapshot.View is { } view ? AlertRules.BoardOf(view) : AlertBoard.Empty;

    private static IEnumerable<AlertSilence> SilencesOf(MemberSnapshot snapshot) =>
        snapshot.View?.Store.AlertAnswers.Silences.Where(silence => snapshot.UtcNow < silence.EndsAt) ?? [];

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

    private static AlertStatus StatusOf(ActiveAlert alert) => new()
    {
        Id = alert.Key,
        Name = alert.Rule,
        Subject = alert.Subject,
        Severity = Word(alert.Severity),
        State = alert switch
        {
            { FiringSince: null } => "pending",
            { SilencedBy: not null } => "silenced",
            { Acknowledged: not null } => "acknowledged",
            _ => "firing",
        },
        Summary = alert.Summary,
        Since = alert.Since,
        FiringSince = alert.FiringSince,
        Runbook = alert.Runbook,
        SilencedBy = alert.SilencedBy,
        AcknowledgedBy = alert.Acknowledged?.By,
        AcknowledgedAt = alert.Acknowledged?.At,
        AcknowledgedComment = alert.Acknowledged is { Comment: { Length: > 0 } comment } ? comment : null,
    };

    private static string Word(AlertSeverity severity) => severity.ToString().ToLowerInvariant();
}
