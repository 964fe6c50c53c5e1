using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>What is worth telling, to the store's document and back. What cannot be read counts as not told yet.</summary>
public static class AlertDocuments
{
    public static AlertBoard ToBoard(StoreEntry entry) => new((Documents.Parse(entry.Value, StoreJson.Default.AlertDocumentArray) ?? [])
        .Select(ToAlert)
        .OfType<ActiveAlert>()
        .DistinctBy(alert => alert.Key)
        .ToImmutableSortedDictionary(alert => alert.Key, alert => alert, StringComparer.Ordinal));

    public static string ToText(AlertBoard board) => JsonSerializer.Serialize(
        [
            .. board.Alerts.Values.Select(alert => new AlertDocument
            {
                Rule = alert.Rule,
                Subject = alert.Subject,
                Severity = alert.Severity.ToString().ToLowerInvariant(),
                Since = alert.Since,
                FiringSince = alert.FiringSince,
                OverSince = alert.OverSince,
                Summary = alert.Summary,
                Runbook = alert.Runbook,
            }),
        ],
        StoreJson.Default.AlertDocumentArray);

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
            }
            : null;
}
