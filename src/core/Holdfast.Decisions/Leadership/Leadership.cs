using Holdfast.Model;
using static Holdfast.Model.DataDirectoryState;

namespace Holdfast.Decisions.Leadership;

/// <summary>
/// Who leads, and what this member does about it. Safety comes first: a primary that may not be one is fenced before anything
/// else is considered; then whatever runs already is let end; then the member's part is decided: leading, following, competing.
/// </summary>
public static class LeadershipRules
{
    public static Decision Decide(ClusterView view) => view switch
    {
        { Store.IsKnown: false, IsShuttingDown: false } => BeforeTheStoreIsKnown(view),

        { Database.Role: DatabaseRole.Primary, Database.IsDown: false, SelfHoldsLiveLease: false }
            when !IsInitializing(view) => PrimaryWithoutLease(view),

        { SelfHoldsLiveLease: false } when view.Database.IsDoing(DatabaseJobKind.StartPrimary)
            || view.Database.IsDoing(DatabaseJobKind.Promote) =>
            new(Rule.FenceRecoveryWithoutLease,
                "the database is about to accept writes, and this member does not hold a live lease",
                new HaAction.Fence()),

        { IsShuttingDown: true } => Shutdown.Decide(view),

        { OthersLease: { } lease } when Following.WhileStarting(view, lease) is { } decision => decision,

        { Database.IsBusy: true } when !Leading.MustInterrupt(view) =>
            new(Rule.WaitForJob, $"{Words.Of(view.Database.Job!.Kind)} is under way: {view.Database.Job.Progress}"),

        { Database.Directory: Foreign } =>
            new(Rule.RefuseForeignDirectory, $"the data directory is not ours to touch: {view.Database.Trouble}"),

        { Database: { Directory: Valid, SystemId: { } own }, Store.Initialization.SystemId: { } system } when own != system =>
            new(Rule.RefuseForeignSystem,
                $"the data directory holds system {own}, the cluster is system {system}; "
                + "use another data_dir, another scope, or move the directory away"),

        { SelfHoldsLiveLease: true } => Leading.Decide(view),

        { Session.Id: null } => new(Rule.WaitForSession, "this member has no session in the store yet"),

        { EarlierSelfHoldsLease: true } when Election.MayHoldEveryWrite(view) =>
            new(Rule.ReclaimLease,
                "the leader key is this member's own, from an earlier life of its agent",
                new HaAction.AcquireLease(view.Session.Id.Value, view.Store.Lease!.Term, view.Store.SyncRevision, Failsafe.RevisionOf(view))),

        { EarlierSelfHoldsLease: true } =>
            new(Rule.NotSynchronous, "the leader key is this member's own, from an earlier life of its agent, but the synchronous set names others"),

        { Request: { } request, OthersLease: not null } when Following.Requested(view, request) is { } decision => decision,

        { OthersLease: { } lease } => Following.Decide(view, lease),

        _ => Election.Decide(view),
    };

    /// <summary>This member makes the cluster's first database: a primary nobody else can know of.</summary>
    internal static bool IsInitializing(ClusterView view) =>
        view.Store.Initialization is { SystemId: null } claim
        && view.Session.Id is { } session
        && claim.Session == session
        && view.Store.Lease is null;

    private static Decision BeforeTheStoreIsKnown(ClusterView view) => view switch
    {
        { Database.IsRunningPrimary: false } =>
            new(Rule.WaitForStore, "the store has not answered yet"),

        { Memory.GuardedUntil: { } until } when view.Now < until =>
            new(Rule.WaitForStoreUnderGuard,
                "a primary runs here under the guard of an earlier agent; its lease is looked up before the guard acts"),

        _ when view.Now - view.Memory.StartedAt < view.Policy.SafetyMargin =>
            new(Rule.WaitForStore, "a primary runs here; its lease is looked up first, for as long as the safety margin"),

        _ => new(Rule.FenceUnknownPrimary,
            "a primary runs here, nothing guards it, and the store does not say that it may",
            new HaAction.Fence()),
    };

    /// <summary>The first row that fits: a person's wish, a lease that is ours to take, and otherwise the fence.</summary>
    private static Decision PrimaryWithoutLease(ClusterView view) => view switch
    {
        { IsShuttingDown: true, Policy.IsPaused: true } => Shutdown.Decide(view),

        { IsShuttingDown: true } =>
            new(Rule.FenceWithoutLease, "the agent ends, and its primary holds no live lease that a polite stop could rely on", new HaAction.Fence()),

        { Policy.IsPaused: true, OthersLease: null } when !CanTakeAtOnce(view) =>
            new(Rule.KeepPrimaryWhilePaused, "the cluster is paused: a primary without a lease is left as it is"),

        // Nobody else can lead: each has promised not to. So the lease, which ended while the store was away, is simply taken again.
        { OthersLease: null, IsTrustedByMembers: true, Session.Id: { } session } when Election.MayHoldEveryWrite(view) && !IsBehindHistory(view) =>
            view.Store.Initialization is null && view.Database.SystemId is { } system
                ? new(Rule.RetakeLease, "the store is back and empty, and every member has confirmed this primary: the cluster is written anew",
                    new HaAction.CompleteInitialization(session, system, Revision.Absent))
                : new(Rule.RetakeLease, "the lease ended while the store was away, and every member has confirmed this primary",
                    new HaAction.AcquireLease(session, view.Store.Lease?.Term ?? Term.None, view.Store.SyncRevision, Failsafe.RevisionOf(view))),

        // Replicas of a cluster that the store has forgotten wait for their primary, so nobody else can take what is gone here.
        { Store: { Lease: null, Initialization: null }, Memory.HasLed: true, Session.Id: { } session, Database.SystemId: { } system }
            when view.Now < view.Session.FenceAt =>
            new(Rule.RetakeLease, "the store has lost the cluster's keys; its primary runs here and writes them anew",
                new HaAction.CompleteInitialization(session, system, Revision.Absent)),

        { OthersLease: null, IsTrustedByMembers: true } =>
            new(Rule.KeepPrimaryOnTrust, "every member has confirmed this primary; a session is opened before the lease is taken again"),

        // A store that ends a lease early breaks its word; the others ask this member before they take what it lost.
        { Store.Lease: null, Session.Id: { } session } when WasEndedEarly(view) && Election.MayHoldEveryWrite(view) && !IsBehindHistory(view) =>
            new(Rule.RetakeLease, "the store has ended the lease before its time, and nobody else has taken it",
                new HaAction.AcquireLease(session, Term.None, view.Store.SyncRevision, Failsafe.RevisionOf(view))),

        { Store.Lease: null, Session.Id: null } when WasEndedEarly(view) =>
            new(Rule.WaitForSession, "the store has ended the lease before its time; a session is opened, to take it again"),

        // A fence is armed, or was for the agent before this one; without any, nothing else ends a primary that cannot reach the store.
        { EarlierSelfHoldsLease: true, Session.Id: { } session }
            when Election.MayHoldEveryWrite(view) && (view.Memory.HasLed || IsStillGuarded(view)) =>
            new(Rule.ReclaimLease,
                "the leader key is this member's own, from an earlier life of its agent",
                new HaAction.AcquireLease(session, view.Store.Lease!.Term, view.Store.SyncRevision, Failsafe.RevisionOf(view))),

        { EarlierSelfHoldsLease: true } when IsStillGuarded(view) || WasEndedEarly(view) =>
            new(Rule.WaitForSession, "the leader key is this member's own; it is reclaimed as soon as a session is open"),

        { Store.Lease: null, Memory.HasLed: false, PromisedTo: null, Store.Initialization: null, Session.Id: { } session, Database.SystemId: { } system } =>
            new(Rule.AdoptSystem,
                "a primary was running here before this agent, and the cluster is new",
                new HaAction.CompleteInitialization(session, system, Revision.Absent)),

        { Store.Lease: null, Memory.HasLed: false, PromisedTo: null, Session.Id: { } session, Store.Initialization.SystemId: { } system }
            when Election.MayHoldEveryWrite(view) && view.Database.SystemId == system && !IsBehindHistory(view) && !Failsafe.IsLeftOut(view) =>
            new(Rule.AdoptPrimary,
                "a primary was running here before this agent, and nobody leads",
                new HaAction.AcquireLease(session, Term.None, view.Store.SyncRevision, Failsafe.RevisionOf(view))),

        { Store.Lease: null, Memory.HasLed: false, Session.Id: null } when IsStillGuarded(view) =>
            new(Rule.WaitForSession, "a primary was running here before this agent; a session is opened first"),

        { OthersLease: { } lease } =>
            new(Rule.FenceWithoutLease, $"this member accepts writes while {lease.Holder} holds the lease", new HaAction.Fence()),

        _ => new(Rule.FenceWithoutLease, "this member accepts writes without a live lease", new HaAction.Fence()),
    };

    private static bool WasEndedEarly(ClusterView view) =>
        view.ServesUntil is not null && view.Store.Initialization is not null;

    private static bool CanTakeAtOnce(ClusterView view) => view.EarlierSelfHoldsLease && view.Session.Id is not null;

    private static bool IsBehindHistory(ClusterView view) =>
        view.Store.History is [.., var last] && (view.Database.Timeline?.Number ?? 0) <= last.Timeline.Number;

    private static bool IsStillGuarded(ClusterView view) =>
        (view.Memory.GuardedUntil is { } until && view.Now < until)
        || view.Now - view.Memory.StartedAt < view.Policy.SafetyMargin;
}
