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
    private const string ApprovalEscalated = "ApprovalEscalated";

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
        AcknowledgedBy = change.IsResolved ? null : change.Alert.Acknowledged?.By,
        IsSilenced = change is { IsResolved: false, Alert.SilencedBy: not null },
        IsEscalated = change.Alert.IsEscalated,
        Title = $"{scope}: {change.Alert.Summary}",
        Text = Text(scope, view, change),
        StartedAt = change.Alert.Since,
        EndedAt = change.IsResolved ? change.Alert.OverSince ?? change.At : null,
        Labels = Labels(scope, change.Alert),
        Question = change.Alert.Rule is ApprovalWaiting or ApprovalEscalated ? Question(view) : null,
        Link = change.Alert.Runbook ?? Dashboard(view),
    };

    /// <summary>What fired before this member began to look: others were told.</summary>
    public static IEnumerable<Notification> Known(string scope, ClusterView view, AlertBoard board) =>
        board.Alerts.Values
            .Where(alert => alert is { FiringSince: not null, IsTold: true })
            .Select(alert => Of(scope, view, new AlertChange(alert, AlertNews.Fires, view.UtcNow)) with { IsKnown = true });

    private static ImmutableSortedDictionary<string, string> Labels(string scope, ActiveAlert alert)
    {
        var labels = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        labels["alertname"] = alert.Rule;
        labels["cluster"] = scope;
        labels["severity"] = alert.Severity.ToString().ToLowerInvariant();
        if (alert.Member.Length > 0)
        {
            labels["member"] = alert.Member;
        }

        if (alert.Part is { } part)
        {
            labels["part"] = part;
        }

        return labels.ToImmutable();
    }

    private static string Text(string scope, ClusterView view, AlertChange change) => change switch
    {
        { IsResolved: true } => $"It is over, after {FormattableString.Invariant($"{((change.Alert.OverSince ?? change.At) - change.Alert.Since).TotalSeconds:0}")} s.",
        { News: AlertNews.Acknowledged, Alert.Acknowledged: { } answer } => $"{answer.By} has taken it in hand{(answer.Comment.Length > 0 ? $": {answer.Comment}" : "")}.",
        { Alert.Rule: ApprovalWaiting or ApprovalEscalated } when view.Store.Approval is { State: ApprovalState.Pending } request => Asked(scope, request),
        _ when view.Now - view.Store.ConfirmedAt > view.Policy.TimeToLive => $"{view.Self} says so: the store has not answered it for {(view.Now - view.Store.ConfirmedAt).TotalSeconds:0} s, and its database {Writes(view)}.",
        _ => $"{(view.Store.Lease is { } lease ? $"{lease.Holder} leads in term {lease.Term}" : "Nobody leads")}. 'holdfast status {scope}' and 'holdfast explain {scope}' say more.",
    };

    private static string Writes(ClusterView view) => view.Database switch
    {
        { IsRunningPrimary: true } => "accepts writes",
        { IsRunningReplica: true } => "is a replica",
        _ => "does not run",
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
