using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Alerts;

/// <summary>Who looks whether something is worth telling, and what is told. One member does: the leader, and while there is none the first by name.</summary>
public static class AlertRules
{
    public static Decision Decide(ClusterView view)
    {
        if (!IsEvaluator(view))
        {
            return new(Rule.LeaveAlerts, "another member looks whether anything is worth telling");
        }

        var (board, changes) = AlertEvaluation.Step(view.Policy.AlertRules, AlertSamples.Of(view), view.Memory.Alerts ?? view.Store.Alerts, view.UtcNow);
        HaAction[] actions =
        [
            .. changes.IsEmpty && board.Equals(view.Memory.Alerts) ? (HaAction[])[] : [new HaAction.RaiseAlerts(board, changes)],
            .. board.Equals(view.Store.Alerts) ? (HaAction[])[] : [new HaAction.WriteAlerts(board, view.Store.AlertsRevision)],
        ];
        return new(changes.IsEmpty ? Rule.WatchAlerts : Rule.RaiseAlerts, Words(changes), [.. actions]);
    }

    /// <summary>While the store is away the primary looks, by what it remembers.</summary>
    public static bool IsEvaluator(ClusterView view) => view switch
    {
        { Store.Initialization.SystemId: null } or { Store.IsKnown: false } or { IsShuttingDown: true } => false,
        { SelfHoldsLiveLease: true } => true,
        { Store.Lease: null } => view.Store.Members.FirstOrDefault()?.Name == view.Self,
        _ => view.Now - view.Store.ConfirmedAt > view.Policy.TimeToLive && view.Database.IsRunningPrimary,
    };

    private static string Words(ImmutableArray<AlertChange> changes) => changes.IsEmpty
        ? "nothing has become worth telling"
        : string.Join("; ", changes.Select(change => change.IsResolved ? $"over: {change.Alert.Summary}" : $"{change.Alert.Severity.ToString().ToLowerInvariant()}: {change.Alert.Summary}"));
}
