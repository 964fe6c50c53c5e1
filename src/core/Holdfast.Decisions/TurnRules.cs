using Holdfast.Decisions.Alerts;
using Holdfast.Decisions.Groups;
using Holdfast.Decisions.Leadership;
using Holdfast.Decisions.Reporting;
using Holdfast.Decisions.Sessions;
using Holdfast.Decisions.Synchrony;
using Holdfast.Model;

namespace Holdfast.Decisions;

/// <summary>One turn of an agent: all that follows from one view.</summary>
public static class TurnRules
{
    private static readonly TimeSpan RetryStore = TimeSpan.FromMilliseconds(200);
    /// <summary>A deadline that has passed and cannot be acted on must not turn the loop into a spin.</summary>
    private static readonly TimeSpan LeastRest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan LookAgainAtAlerts = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UntilStreamEnds = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LookAgainSoon = TimeSpan.FromMilliseconds(500);

    public static Turn Decide(ClusterView view) => view switch
    {
        { Store.Setback: { } setback } => AfterSetback(view, setback),

        // The group's own consensus decides who leads, and what a commit waits for.
        { Database.Group: not null } => new(
            GroupRules.Decide(view),
            new(Rule.SynchronyNotOurs, "the group's consensus decides what a commit waits for"),
            SessionRules.Decide(view),
            ReportRules.Decide(view),
            AlertRules.Decide(view),
            WakeAt(view)),

        _ => new(
            LeadershipRules.Decide(view),
            SynchronyRules.Decide(view),
            SessionRules.Decide(view),
            ReportRules.Decide(view),
            AlertRules.Decide(view),
            WakeAt(view)),
    };

    /// <summary>
    /// A store that forgot may name a leader, a synchronous set and a history of long ago. Nothing is written to it and nobody leads on
    /// its word; a primary goes on only for as long as it may in any case, or every member confirms it.
    /// </summary>
    private static Turn AfterSetback(ClusterView view, StoreSetback setback)
    {
        var mayNotServe = view.Database is { Group: null, Role: DatabaseRole.Primary, IsDown: false } && view.ServesUntil is null && !view.Policy.IsPaused;
        var why = $"the store shows revision {setback.Shown}, and this agent has seen {setback.Seen}"
            + (setback.Key is { } key ? $" with a newer {key}" : "")
            + ": a restored backup or a stale server; nothing is done on its word";
        var nothing = new Decision(Rule.StoreWentBack, why);
        return new(
            mayNotServe ? LeadershipRules.Decide(view) with { Actions = [new HaAction.Fence()], Rule = Rule.FenceWithoutLease } : nothing,
            nothing,
            view.Database.Group is not null || Failsafe.MembersToAsk(view) is null ? nothing : SessionRules.Decide(view) with { Actions = [new HaAction.AskMembers(view.Store.Failsafe!)] },
            nothing,
            nothing,
            WakeAt(view));
    }

    /// <summary>When the view must be looked at again though nothing happened: the earliest of the deadlines that are open.</summary>
    public static TimeSpan WakeAt(ClusterView view)
    {
        var wake = view.Now + view.Policy.LoopWait;
        Consider(view.Session.Id is null ? view.Now + RetryStore : view.Session.RenewedAt + view.Policy.RenewEveryOf(view.Session.TimeToLive));
        Consider(view.Store.Lease is null ? view.Now + LookAgainSoon : null);
        Consider(view.SelfHoldsLiveLease ? view.MayServeUntil : null);
        Consider(view.Store.Lease is null && view.Memory.LastLeader?.ServesUntil > view.Now ? view.Memory.LastLeader.ServesUntil : null);
        Consider(view.Memory.LeaseEndsAt > view.Now ? view.Memory.LeaseEndsAt : null);
        Consider(view.Store.Setback is null ? null : Failsafe.AskAt(view));
        Consider(view.Memory.DownSince is { } down && down + Leading.GraceForPositions is var graceEnds && graceEnds > view.Now ? graceEnds : null);
        Consider(ReportRules.LeaderIsDown(view) is not null && view.Database.IsStreaming ? view.Now + UntilStreamEnds : null);
        Consider(view.Database.Group is not null && view.Memory.UnresponsiveSince is { } silent && silent + GroupRules.HangLimit is var hung && hung > view.Now ? hung : null);
        Consider(view.Memory.Group is { DeadSince.IsEmpty: false } or { MinoritySince: not null } or { BrokenLinkSince: not null } ? view.Now + LookAgainSoon : null);
        Consider(view.Memory is { Alerts.Alerts.IsEmpty: false } or { OwnAlerts.Alerts.IsEmpty: false } ? view.Now + LookAgainAtAlerts : null);
        Consider(view.Memory.LastFailure is not null ? view.Now + LookAgainSoon : null);
        Consider(view.Store.Switchover is not null && view.SelfHoldsLiveLease ? view.Now + RetryStore : null);
        return wake > view.Now + LeastRest ? wake : view.Now + LeastRest;

        void Consider(TimeSpan? deadline)
        {
            if (deadline is { } at && at < wake)
            {
                wake = at;
            }
        }
    }
}
