using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions.Leadership;

/// <summary>How an agent ends: the database stops politely, and whoever can lead at once is given the lease.</summary>
internal static class Shutdown
{
    private static readonly TimeSpan PoliteBudget = TimeSpan.FromSeconds(30);

    public static Decision Decide(ClusterView view) => view switch
    {
        { Policy.IsPaused: true } =>
            new(Rule.ShutDown, "the agent ends; the cluster is paused, so the database goes on without it"),

        { Database.IsBusy: true } when view.Database.IsDoing(DatabaseJobKind.Stop) =>
            new(Rule.StopForShutdown, "the agent ends; the database is stopping"),

        { Database.IsDown: false } or { Database.IsBusy: true } =>
            new(Rule.StopForShutdown, "the agent ends, and the database stops with it",
                new HaAction.Begin(new DatabaseWork.Stop(
                    view.Policy.PrimaryStopTimeout > TimeSpan.Zero ? view.Policy.PrimaryStopTimeout : PoliteBudget))),

        { SelfHoldsLiveLease: true } => GiveTheLeaseAway(view),

        _ => new(Rule.ShutDown, "the agent ends; the database is down and the lease is not held"),
    };

    /// <summary>After a clean stop the best member gets the lease with the position it must have; otherwise the members compete.</summary>
    private static Decision GiveTheLeaseAway(ClusterView view)
    {
        var successor = Candidates.ForSwitchover(view).FirstOrDefault(report => Candidates.MayHoldEveryWrite(view, report.Name));
        return view.Database.Control is { WasShutDownCleanly: true, WasPrimary: true, Checkpoint: var final }
            && view.Policy.Strategy == FailoverStrategy.Automatic && successor is { Session: { } session }
            ? new(Rule.HandOverForShutdown, $"the agent ends; {successor.Name} takes over",
                new HaAction.HandOver(view.Store.Lease!.Term, successor.Name, session, view.Store.SyncRevision, final,
                    new SwitchoverRequest(view.Self, successor.Name, null, final, Revision.Absent)))
            : new(Rule.ReleaseForShutdown, "the agent ends, and the lease is free",
                new HaAction.ReleaseLease(view.Store.Lease!.Term));
    }
}
