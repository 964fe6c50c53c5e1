using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Ports.Notifications;

namespace Holdfast.Agent.Alerts;

/// <summary>What people are told of an alert, in words that say what happened, where, and what to do.</summary>
internal static class AlertNotices
{
    private const string ApprovalWaiting = "ApprovalWaiting";

    public static Notification Of(string scope, ClusterView view, AlertChange change) => new()
    {
        Key = $"{scope}/{change.Alert.Key}",
        Scope = scope,
        Severity = change.Alert.Severity switch
        {
            AlertSeverity.Critical => NotificationSeverity.Critical,
            AlertSeverity.Warning => NotificationSeverity.Warning,
            _ => NotificationSeverity.Info,
        },
        IsResolved = change.IsResolved,
        Title = $"{scope}: {change.Alert.Summary}",
        Text = Text(scope, view, change),
        StartedAt = change.Alert.Since,
        EndedAt = change.IsResolved ? change.Alert.OverSince ?? change.At : null,
        Labels = Labels(scope, change.Alert),
        Question = change.Alert.Rule == ApprovalWaiting ? Question(view) : null,
        Link = change.Alert.Runbook ?? Dashboard(view),
    };

    /// <summary>What fired before this member began to look: others were told.</summary>
    public static IEnumerable<Notification> Known(string scope, ClusterView view, AlertBoard board) =>
        board.Alerts.Values
            .Where(alert => alert.FiringSince is not null)
            .Select(alert => Of(scope, view, new AlertChange(alert, false, view.UtcNow)) with { IsKnown = true });

    private static ImmutableSortedDictionary<string, string> Labels(string scope, ActiveAlert alert)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        labels["alertname"] = alert.Rule;
        labels["cluster"] = scope;
        labels["severity"] = alert.Severity.ToString().ToLowerInvariant();
        if (alert.Subject.Length > 0)
        {
            labels["member"] = alert.Subject;
        }

        return labels.ToImmutable();
    }

    private static string Text(string scope, ClusterView view, AlertChange change) => change switch
    {
        { IsResolved: true } => $"It is over, after {FormattableString.Invariant($"{((change.Alert.OverSince ?? change.At) - change.Alert.Since).TotalSeconds:0}")} s.",
        _ when change.Alert.Rule == ApprovalWaiting && view.Store.Approval is { State: ApprovalState.Pending } request => Asked(scope, request),
        _ => $"{(view.Store.Lease is { } lease ? $"{lease.Holder} leads in term {lease.Term}" : "Nobody leads")}. 'holdfast status {scope}' and 'holdfast explain {scope}' say more.",
    };

    private static string Asked(string scope, ApprovalRequest request) =>
        $"{request.Reason} (term {request.LostTerm}). {request.Candidate} would lead: {request.Choice}. Worst loss: {request.WorstLoss}. "
        + $"{(request.ExpiresAt is { } until ? $"To be answered until {until:u}" : "To be answered")}: holdfast approve {scope} {request.Id}, or holdfast reject {scope} {request.Id}.";

    private static NotificationQuestion? Question(ClusterView view) =>
        view.Store.Approval is { State: ApprovalState.Pending, LinkKey: { } key } request && Uri.TryCreate(view.ApiUrl, UriKind.Absolute, out var url)
            ? new(request.Id, key, new Uri(url.GetLeftPart(UriPartial.Authority)))
            : null;

    private static string? Dashboard(ClusterView view) =>
        Uri.TryCreate(view.ApiUrl, UriKind.Absolute, out var url) ? $"{url.GetLeftPart(UriPartial.Authority)}/dashboard/" : null;
}
