using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Alerts;

/// <summary>
/// Who looks whether something is worth telling, and what is told. One member does: the leader, and while there is none the first by name.
/// That the store is lost each member tells by itself, since without it nobody knows who else would.
/// </summary>
public static class AlertRules
{
    /// <summary>A write is in the view within this time, or something else has happened to it.</summary>
    internal static readonly TimeSpan ShownWithin = TimeSpan.FromSeconds(2);
    private static readonly Decision Left = new(Rule.LeaveAlerts, "another member looks whether anything is worth telling");
    private static readonly Decision Watched = new(Rule.WatchAlerts, "nothing has become worth telling");

    public static Decision Decide(ClusterView view)
    {
        if (view.IsShuttingDown)
        {
            return Left;
        }

        var looks = IsEvaluator(view);
        var quiet = looks ? Watched : Left;
        if (IsQuiet(view, looks))
        {
            return quiet;
        }

        var (own, ownChanges) = Step(view, view.Memory.OwnAlerts, isOwn: true);
        var (board, changes) = looks ? Step(view, view.Memory.Alerts ?? view.Store.Alerts, isOwn: false) : (null, []);
        ImmutableArray<AlertChange> news = [.. ownChanges, .. changes];
        ImmutableArray<HaAction> actions =
        [
            .. news.IsEmpty && own.Equals(view.Memory.OwnAlerts) && Equals(board, view.Memory.Alerts) ? (HaAction[])[] : [new HaAction.RaiseAlerts(board, own, news)],
            .. board is null || board.Equals(view.Store.Alerts) || view.Memory.AlertsWritten is not null ? (HaAction[])[] : [new HaAction.WriteAlerts(board, view.Store.AlertsRevision)],
        ];
        return actions.IsEmpty ? quiet : new(news.IsEmpty ? quiet.Rule : Rule.RaiseAlerts, news.IsEmpty ? quiet.Reason : Words(news), actions);
    }

    /// <summary>While the store is away the primary looks, by what it remembers.</summary>
    public static bool IsEvaluator(ClusterView view) => view switch
    {
        { Store.Initialization.SystemId: null } or { Store.IsKnown: false } or { IsShuttingDown: true } => false,
        { SelfHoldsLiveLease: true } => true,
        { Store.Lease: null } => view.Store.Members is [var first, ..] && first.Name == view.Self,
        _ => view.Now - view.Store.ConfirmedAt > view.Policy.TimeToLive && view.Database.IsRunningPrimary,
    };

    /// <summary>What this member knows to hold: the store's word, or its own where it looks itself.</summary>
    public static AlertBoard BoardOf(ClusterView view)
    {
        var board = view.Memory.Alerts ?? view.Store.Alerts;
        return view.Memory.OwnAlerts.Alerts.IsEmpty ? board : new(board.Alerts.SetItems(view.Memory.OwnAlerts.Alerts));
    }

    /// <summary>Nothing holds, and nothing did: this is how nearly every turn ends, so it makes nothing.</summary>
    private static bool IsQuiet(ClusterView view, bool looks)
    {
        if (!view.Memory.OwnAlerts.Alerts.IsEmpty || (looks && view is not { Memory.Alerts.Alerts.IsEmpty: true, Store.Alerts.Alerts.IsEmpty: true }))
        {
            return false;
        }

        var search = new Search(view.Policy.AlertRules);
        AlertSamples.VisitOwn(view, ref search);
        if (looks)
        {
            AlertSamples.VisitCluster(view, ref search);
        }

        return !search.HasFound;
    }

    private static (AlertBoard Board, ImmutableArray<AlertChange> Changes) Step(ClusterView view, AlertBoard before, bool isOwn)
    {
        var evaluation = new AlertEvaluation(view.Policy.AlertRules, before, isOwn, view.UtcNow);
        if (isOwn)
        {
            AlertSamples.VisitOwn(view, ref evaluation);
        }
        else
        {
            AlertSamples.VisitCluster(view, ref evaluation);
        }

        var (board, over) = evaluation.End();
        return AlertTelling.Step(board, over, view.Store.AlertAnswers, view.UtcNow);
    }

    private static string Words(ImmutableArray<AlertChange> changes) => string.Join("; ", changes.Select(change => change.News switch
    {
        AlertNews.Over => $"over: {change.Alert.Summary}",
        AlertNews.Acknowledged => $"acknowledged by {change.Alert.Acknowledged!.By}: {change.Alert.Summary}",
        AlertNews.Silenced => $"silenced: {change.Alert.Summary}",
        _ => $"{change.Alert.Severity.ToString().ToLowerInvariant()}: {change.Alert.Summary}",
    }));

    private struct Search(ImmutableArray<AlertRule> rules) : IAlertSampleVisitor
    {
        public bool HasFound { get; private set; }

        public void Visit(AlertSample sample)
        {
            foreach (var rule in rules)
            {
                HasFound |= rule.When.Figure == sample.Figure && rule.When.Holds(sample.Value);
            }
        }
    }
}
