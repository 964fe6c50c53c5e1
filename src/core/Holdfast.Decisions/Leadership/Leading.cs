using Holdfast.Decisions.Synchrony;
using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions.Leadership;

/// <summary>What the holder of the lease does: keep its primary, promote its replica, or give the lease to somebody who can.</summary>
internal static class Leading
{
    private static readonly TimeSpan DefaultPromoteLimit = TimeSpan.FromSeconds(60);
    private const int StartAttemptsMax = 3;

    /// <summary>How long a crashed leader waits for the others' last positions: the best of them spares the rest a rewind.</summary>
    public static readonly TimeSpan GraceForPositions = TimeSpan.FromMilliseconds(250);

    /// <summary>A recovery in place that takes longer than the operator allows is given up for somebody else's sake.</summary>
    public static bool MustInterrupt(ClusterView view) =>
        view is { SelfHoldsLiveLease: true, Policy.IsPaused: false }
        && view.Database.IsDoing(DatabaseJobKind.StartPrimary)
        && view.Now - view.Database.Job!.StartedAt > view.Policy.PrimaryStartTimeout
        && Candidates.SomebodyElseCouldLead(view);

    public static Decision Decide(ClusterView view) => view switch
    {
        _ when MustInterrupt(view) =>
            new(Rule.ReleaseAfterCrash,
                $"the recovery in place took longer than primary_start_timeout ({Words.Seconds(view.Policy.PrimaryStartTimeout)})",
                new HaAction.Fence(),
                new HaAction.SitOut(view.Now + view.Policy.TimeToLive + view.Policy.PrimaryStartTimeout),
                new HaAction.ReleaseLease(view.Store.Lease!.Term)),

        { Database.IsRunningPrimary: true, Policy.IsPaused: false, Memory.UnresponsiveSince: { } since }
            when view.Now - since > HangLimit(view.Policy) =>
            new(Rule.KillHungPrimary,
                $"the primary has not answered for {Words.Seconds(view.Now - since)}",
                new HaAction.Fence()),

        { Request: { } request, Database.Process: DatabaseProcess.Running } => Requested(request),

        { Database.IsRunningPrimary: true, Store.Switchover: { } request } => Switchover.Decide(view, request),

        { Policy.IsPaused: true } => new(Rule.LeadPaused, "this member leads, and the cluster is paused"),

        { Database.IsRunningPrimary: true, Database.HasCheckpointedSincePromotion: false } when !view.Database.IsDoing(DatabaseJobKind.Checkpoint) =>
            new(Rule.KeepLeading,
                $"I am ({view.Self}), the leader with the lock; a checkpoint lets others rewind from this member",
                new HaAction.Begin(new DatabaseWork.Checkpoint())),

        { Database.IsRunningPrimary: true } => new(Rule.KeepLeading, $"no action. I am ({view.Self}), the leader with the lock"),

        { Database.IsRunningReplica: true } => Promotion(view),

        { Database.IsDown: false } => new(Rule.WaitForDatabase, $"the database is {Named(view.Database.Process)}"),

        { Database.Directory: not DataDirectoryState.Valid } =>
            new(Rule.ReleaseWithoutDatabase,
                "this member holds the lease and has no database to lead with",
                new HaAction.ReleaseLease(view.Store.Lease!.Term)),

        { Database.Control: { WasPrimary: true } control } when IsOnEndedTimeline(view, control) =>
            new(Rule.ReleaseAfterCrash, "the cluster went on after the timeline of the database here: it does not go on as a primary", Release(view)),

        { Database.Process: DatabaseProcess.Stopped, Database.Control.WasShutDownCleanly: true, Store.Switchover: { } request }
            when Switchover.IsForUs(view, request) => Switchover.AfterStop(view, request),

        _ => AfterCrash(view),
    };

    /// <summary>A database that stopped answering is taken for dead once nobody could still call it a slow moment.</summary>
    private static TimeSpan HangLimit(Policy policy) => (policy.TimeToLive * 2) + policy.RetryTimeout;

    private static Decision Requested(OperatorRequest request) => request switch
    {
        OperatorRequest.Restart => new(Rule.RestartOnRequest, "an operator asked for a restart",
            new HaAction.Begin(new DatabaseWork.Restart()), new HaAction.AcceptRequest(request.Number)),
        _ => new(Rule.RefuseRequest, "an operator asked to reinitialize the leader",
            new HaAction.RefuseRequest(request.Number, "I am the leader, can not reinitialize")),
    };

    /// <summary>From holding the lease to accepting writes: the log must be whole, and the store must know first who may lead after us.</summary>
    private static Decision Promotion(ClusterView view) => view switch
    {
        // It may come to its end all the same, when nothing fences it any more: only a dead database is surely not promoted.
        _ when FailedPromotion(view) is { } failure =>
            new(Rule.GiveUpPromotion, $"the promotion failed: {failure.Reason}", new HaAction.Fence()),

        { Store.Switchover: { FinalPosition: { } final } request } when request.To == view.Self && view.Database.Position <= final =>
            IncompletePromotion(view, request, final),

        _ => new(Rule.Promote, "this member was given the lease", Promote(view)),
    };

    private static JobFailure? FailedPromotion(ClusterView view) =>
        view.Memory is { LastFailure: { Kind: DatabaseJobKind.Promote } failure, LeadingSince: { } since } && failure.At >= since ? failure : null;

    private static System.Collections.Immutable.ImmutableArray<HaAction> Promote(ClusterView view)
    {
        var alone = new SyncState(view.Self, []);
        var recorded = view.Policy.SynchronousMode == SynchronousMode.Off || view.Store.Sync.Equals(alone);
        var wish = SynchronyRules.WishAtPromotion(view);
        var limit = view.Policy.PrimaryStartTimeout > TimeSpan.Zero ? view.Policy.PrimaryStartTimeout : DefaultPromoteLimit;

        return
        [
            .. recorded ? (HaAction[])[] : [new HaAction.WriteSync(view.Store.Lease!.Term, view.Store.SyncRevision, alone)],
            .. view.Database.Synchronous.IsSameWish(wish) ? (HaAction[])[] : [new HaAction.SetSynchronous(wish)],
            new HaAction.Begin(new DatabaseWork.Promote(limit)),
        ];
    }

    /// <summary>Nothing was acknowledged here, so whoever held every write before still does.</summary>
    private static System.Collections.Immutable.ImmutableArray<HaAction> GiveBack(ClusterView view) =>
    [
        .. view.Memory.SyncBeforePromotion is { Leader: not null } before && !view.Store.Sync.Equals(before)
            ? (HaAction[])[new HaAction.WriteSync(view.Store.Lease!.Term, view.Store.SyncRevision, before)]
            : [],
        new HaAction.SitOut(view.Now + (view.Policy.TimeToLive * 2) + view.Policy.LoopWait),
        new HaAction.ReleaseLease(view.Store.Lease!.Term),
    ];

    private static Decision IncompletePromotion(ClusterView view, SwitchoverRequest request, LogPosition final)
    {
        if (view.Memory.LeadingSince is { } since && view.Now - since < view.Policy.RetryTimeout)
        {
            return new(Rule.AwaitFinalPosition,
                $"the log ends {final.BytesAheadOf(view.Database.Position) + 1} bytes before the point where the old primary stopped");
        }

        return request.From is { } from && view.Report(from) is { Session: { } session } && Candidates.MayHoldEveryWrite(view, from)
            ? new(Rule.HandBackIncompletePromotion,
                "the last bytes of the old primary never arrived; it takes the lease back",
                new HaAction.HandOver(view.Store.Lease!.Term, from, session, view.Store.SyncRevision, null, null))
            : new(Rule.GiveUpPromotion, "the last bytes of the old primary never arrived, and it is gone", GiveBack(view));
    }

    /// <summary>
    /// The database ended while this member leads. A synchronous standby holds every write and takes over at once; without one
    /// nobody is known to, so the database recovers where it is for as long as the operator allows.
    /// </summary>
    private static Decision AfterCrash(ClusterView view) => view switch
    {
        { IsFailsafeActive: true, Database.Control.WasPrimary: true } when Following.BackOff(view, DatabaseJobKind.StartPrimary) is null =>
            new(Rule.RecoverInPlace,
                "the database ended while the store is away, so nobody can be given the lease: it recovers in place",
                new HaAction.Begin(new DatabaseWork.StartPrimary())),

        { Memory.DownSince: { } since } when view.Now - since < GraceForPositions && Candidates.IsAnyUnheardAfterCrash(view) =>
            new(Rule.AwaitFinalPositions, "the database ended; the others say first how far their logs go"),

        { Database.Control.WasPrimary: false } when FailedPromotion(view) is { } failure =>
            new(Rule.GiveUpPromotion, $"the promotion failed: {failure.Reason}", GiveBack(view)),

        _ when view.Policy.Strategy == FailoverStrategy.Automatic && Candidates.Successor(view) is { Session: { } session } successor =>
            new(Rule.HandOverAfterCrash,
                $"the database ended; {successor.Name} holds every acknowledged write",
                new HaAction.HandOver(view.Store.Lease!.Term, successor.Name, session, view.Store.SyncRevision, null, null)),

        { Database.Control.WasPrimary: false } when Following.BackOff(view, DatabaseJobKind.StartReplica) is null =>
            new(Rule.StartToCompete,
                "this member leads and its database was a replica: it starts as one and is promoted",
                new HaAction.Begin(new DatabaseWork.StartReplica(null))),

        { Policy.PrimaryStartTimeout.Ticks: 0 } when Candidates.SomebodyElseCouldLead(view) =>
            new(Rule.ReleaseAfterCrash, "the database ended, and primary_start_timeout is 0: somebody else leads", Release(view)),

        { Memory.CrashedAt: { } crashed } when view.Now - crashed > view.Policy.PrimaryStartTimeout && Candidates.SomebodyElseCouldLead(view) =>
            new(Rule.ReleaseAfterCrash, "the database did not recover within primary_start_timeout", Release(view)),

        { Memory.LastFailure: { Kind: DatabaseJobKind.StartPrimary, Count: >= StartAttemptsMax } failure } when Candidates.SomebodyElseCouldLead(view) =>
            new(Rule.ReleaseAfterCrash, $"the database failed to start {failure.Count} times: {failure.Reason}", Release(view)),

        _ when Following.BackOff(view, DatabaseJobKind.StartPrimary, DatabaseJobKind.StartReplica) is { } until =>
            new(Rule.RetryStart, $"the start failed: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}"),

        _ => new(Rule.RecoverInPlace,
            "the database ended and no synchronous standby can take over: it recovers in place",
            new HaAction.Begin(new DatabaseWork.StartPrimary())),
    };

    /// <summary>Until its first checkpoint after a promotion, a database's control file still names the timeline that it ended itself.</summary>
    private static bool IsOnEndedTimeline(ClusterView view, ControlState control) =>
        view.Store.History is [.., var last]
        && last.NewLeader != view.Self.Text
        && !(view.Memory.PrimaryTimeline?.Number > last.Timeline.Number)
        && control.Timeline.Number <= last.Timeline.Number;

    private static System.Collections.Immutable.ImmutableArray<HaAction> Release(ClusterView view) =>
    [
        new HaAction.SitOut(view.Now + (view.Policy.TimeToLive * 2)),
        new HaAction.ReleaseLease(view.Store.Lease!.Term),
    ];

    private static string Named(DatabaseProcess process) => process switch
    {
        DatabaseProcess.Starting => "starting",
        DatabaseProcess.Stopping => "stopping",
        _ => "not known yet",
    };
}
