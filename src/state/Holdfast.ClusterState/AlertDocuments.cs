using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>What is worth telling, and what people have said of it, to the store's documents and back. What cannot be read counts as not told, or not said, yet.</summary>
public static class AlertDocuments
{
    public static AlertBoard ToBoard(StoreEntry entry) => new((Documents.Parse(entry.Value, StoreJson.Default.AlertDocumentArray) ?? [])
        .Select(ToAlert)
        .OfType<ActiveAlert>()
        .DistinctBy(alert => alert.Key)
        .ToImmutableSortedDictionary(alert => alert.Key, alert => alert, StringComparer.Ordinal));

    public static string ToText(AlertBoard board) => JsonSerializer.Serialize([.. board.Alerts.Values.Select(ToDocument)], StoreJson.Default.AlertDocumentArray);

    public static AlertAnswers ToAnswers(StoreEntry entry) => Documents.Parse(entry.Value, StoreJson.Default.AlertAnswersDocument) is { } document
        ? new(
            [.. (document.Silences ?? []).Select(ToSilence).OfType<AlertSilence>()],
            [.. (document.Acknowledgements ?? []).Select(ToAcknowledgement).OfType<AlertAcknowledgement>()])
        : AlertAnswers.Empty;

    public static string ToText(AlertAnswers answers) => JsonSerializer.Serialize(
        new AlertAnswersDocument
        {
            Silences = [.. answers.Silences.Select(ToDocument)],
            Acknowledgements = [.. answers.Acknowledgements.Select(ToDocument)],
        },
        StoreJson.Default.AlertAnswersDocument);

    private static AlertDocument ToDocument(ActiveAlert alert) => new()
    {
        Rule = alert.Rule,
        Subject = alert.Subject,
        Severity = alert.Severity.ToString().ToLowerInvariant(),
        Since = alert.Since,
        FiringSince = alert.FiringSince,
        OverSince = alert.OverSince,
        Summary = alert.Summary,
        Runbook = alert.Runbook,
        Asked = alert.Asked,
        IsEscalated = alert.IsEscalated ? true : null,
        IsUntold = alert is { FiringSince: not null, IsTold: false } ? true : null,
        SilencedBy = alert.SilencedBy,
        Acknowledged = alert.Acknowledged is { } answer ? ToDocument(answer) : null,
    };

    private static ActiveAlert? ToAlert(AlertDocument document) =>
        document.Rule is { } rule && Enum.TryParse<AlertSeverity>(document.Severity, ignoreCase: true, out var severity)
            ? new()
            {
                Rule = rule,
                Subject = document.Subject ?? "",
                Severity = severity,
                Since = document.Since,
                FiringSince = document.FiringSince,
                OverSince = document.OverSince,
                Summary = document.Summary ?? "",
                Runbook = document.Runbook,
                Asked = document.Asked,
                IsEscalated = document.IsEscalated == true,
                IsTold = document.FiringSince is not null && document.IsUntold != true,
                SilencedBy = document.SilencedBy,
                Acknowledged = document.Acknowledged is { } answer ? ToAcknowledgement(answer) : null,
            }
            : null;

    private static SilenceDocument ToDocument(AlertSilence silence) => new()
    {
        Id = silence.Id,
        Rule = silence.Rule,
        Member = silence.Member,
        StartsAt = silence.StartsAt,
        EndsAt = silence.EndsAt,
        By = silence.By,
        Comment = silence.Comment,
    };

    private static AlertSilence? ToSilence(SilenceDocument document) => document.Id is { } id
        ? new(id, document.Rule, document.Member, document.StartsAt, document.EndsAt, document.By ?? "", document.Comment ?? "")
        : null;

    private static AcknowledgementDocument ToDocument(AlertAcknowledgement answer) => new()
    {
        Key = answer.Key,
        FiringSince = answer.FiringSince,
        By = answer.By,
        At = answer.At,
        Comment = answer.Comment,
    };

    private static AlertAcknowledgement? ToAcknowledgement(AcknowledgementDocument document) => document.Key is { } key
        ? new(key, document.FiringSince, document.By ?? "", document.At, document.Comment ?? "")
        : null;
}
