using Holdfast.Decisions.Approvals;
using Holdfast.Decisions.Groups;
using Holdfast.Decisions.Leadership;
using Holdfast.Model;

namespace Holdfast.Decisions.Safety;

/// <summary>
/// What must never happen, checked apart from the rules that decide. The agent refuses a decision that this objects to; the
/// tests ask it of every view they can make.
/// </summary>
public static class Invariants
{
    /// <summary>The objections to one decision, in words; none for a decision that may be carried out.</summary>
    public static IReadOnlyList<string> Check(ClusterView view, Decision decision)
    {
        var objections = new List<string>();
        var sync = view.Store.Sync;
        foreach (var action in decision.Actions)
        {
            if ((view.Database.Group is null ? Objection(view, sync, action) : GroupInvariants.Objection(view, action)) is { } objection)
            {
                objections.Add($"{action.GetType().Name}: {objection}");
            }

            sync = action is HaAction.WriteSync write ? write.Sync : sync;
        }

        return objections;
    }

    /// <param name="view">What the agent knows.</param>
    /// <param name="sync">The synchronous set as the store will hold it when the action comes, after the writes before it.</param>
    /// <param name="action">What is to be done.</param>
    private static string? Objection(ClusterView view, SyncState sync, HaAction action) => action switch
    {
        not (HaAction.Fence or HaAction.AskMembers) when view.Store.Setback is not null =>
            "the store has gone back: nothing is done on its word",
        HaAction.Begin { Work: DatabaseWork.Promote } when !view.SelfHoldsLiveLease =>
            "promotion without a live lease",
        HaAction.Begin { Work: DatabaseWork.Promote } when SyncIsOn(view) && sync != new SyncState(view.Self, []) =>
            "promotion before the store says that this member alone holds what it will acknowledge",
        HaAction.Begin { Work: DatabaseWork.StartPrimary } when !view.SelfHoldsLiveLease =>
            "a start as primary without a live lease",
        HaAction.Begin { Work: DatabaseWork.StartPrimary } when EndedTimeline(view) =>
            "a start as primary on a timeline that has ended",
        HaAction.Begin { Work: DatabaseWork.CloneFrom or DatabaseWork.RewindTo } when !view.Database.IsDown =>
            "a data directory is replaced or rewritten while its database runs",
        HaAction.Begin { Work: DatabaseWork.CloneFrom or DatabaseWork.RewindTo } when view.OthersLease is null =>
            "a data directory is replaced or rewritten while nobody else leads",
        HaAction.Begin { Work: DatabaseWork.CloneFrom } when Following.MustKeep(view) is { } why => why,
        HaAction.Begin { Work: DatabaseWork.Bootstrap } when view.Database.Directory is DataDirectoryState.Valid or DataDirectoryState.Foreign =>
            "a first database over an existing one",
        HaAction.Begin { Work: DatabaseWork.Bootstrap } when !LeadershipRules.IsInitializing(view) =>
            "a first database without the claim to make it",
        HaAction.AcquireLease when view.OthersLease is not null => "another member holds the lease",
        HaAction.AcquireLease when view.Store.Lease is null && view.Database.IsRunningReplica && !ApprovalRules.MayLeadUnasked(view) =>
            "the strategy wants a person's word before this member leads",
        HaAction.AcquireLease or HaAction.CompleteInitialization when view.PromisedTo is not null => "this member has promised not to lead",
        HaAction.AcquireLease when view.Memory.LastLeader?.ServesUntil is { } until && view.Now < until && view.Store.Lease is null
            && !view.Database.IsRunningPrimary => "the last leader still serves, by its own word",
        HaAction.AcquireLease { FailsafeRevision: null } when view.Policy.UsesFailsafe => "the failsafe list is not looked at",
        HaAction.AcquireLease when Failsafe.IsLeftOut(view) && !view.Memory.HasLed => "this member is not on the failsafe list",
        HaAction.AcquireLease when !view.EarlierSelfHoldsLease && !Candidates.MayHoldEveryWrite(view, view.Self) =>
            "synchronous mode is on, and this member may lack acknowledged writes",
        HaAction.HandOver or HaAction.WriteSync or HaAction.WriteStatus or HaAction.WriteHistory when !view.SelfHoldsLiveLease =>
            "a leader's write without a live lease",
        HaAction.HandOver when view.Database.IsRunningPrimary || !(view.Database.IsDown || view.Database.IsRunningReplica) =>
            "the lease is handed over while the database here may accept writes",
        HaAction.HandOver hand when SyncIsOn(view) && sync.Leader is not null && !sync.HoldsEveryWrite(hand.To)
            && !Candidates.MayHoldEveryWrite(view, hand.To) =>
            "the lease is handed to a member that may lack acknowledged writes",
        HaAction.ReleaseLease when view.Database.IsRunningPrimary && !view.Database.IsDoing(DatabaseJobKind.StartPrimary) =>
            "the lease is released while a primary runs",
        HaAction.SetSynchronous set when SyncIsOn(view) && sync.Leader == view.Self && sync.Standbys.Any(member => !set.Wish.Standbys.Contains(member)) =>
            "commits would stop waiting for a standby that the store still allows to lead",
        HaAction.SetSynchronous when SyncIsOn(view) && view.SelfHoldsLiveLease && view.Database.IsRunningPrimary && sync.Leader != view.Self =>
            "commits would wait for others than the store says",
        HaAction.WriteSync write when view.Database.IsRunningPrimary && !Justified(view, write.Sync) =>
            "a standby would be allowed to lead that is not proven to hold every acknowledged write",
        _ => null,
    };

    private static bool SyncIsOn(ClusterView view) => view.Policy.SynchronousMode != SynchronousMode.Off;

    /// <summary>Until its first checkpoint after a promotion, a database's control file still names the timeline that it ended itself.</summary>
    private static bool EndedTimeline(ClusterView view) =>
        view.Store.History is [.., var last]
        && last.NewLeader != view.Self.Text
        && !(view.Memory.PrimaryTimeline?.Number > last.Timeline.Number)
        && view.Database.Control is { } control
        && control.Timeline.Number <= last.Timeline.Number;

    private static bool Justified(ClusterView view, SyncState sync) =>
        sync.Leader is null
            ? !SyncIsOn(view)
            : sync.Leader == view.Self && sync.Standbys.All(member => IsKept(view, member) || IsProven(view, member));

    private static bool IsKept(ClusterView view, MemberName member) =>
        view.Store.Sync.Leader == view.Self && view.Store.Sync.Standbys.Contains(member) && view.Database.Synchronous.Standbys.Contains(member);

    private static bool IsProven(ClusterView view, MemberName member) =>
        view.Database.Synchronous is { EffectiveFrom: { } from } setting
        && setting.Standbys.Contains(member)
        && view.Database.Standbys.Any(standby => standby.Member == member && standby.IsSynchronous && standby.FlushPosition >= from);
}
