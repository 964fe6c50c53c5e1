using Holdfast.Decisions.Approvals;
using Holdfast.Decisions.Leadership;
using Holdfast.Model;

namespace Holdfast.Decisions.Groups;

/// <summary>What must never happen to a group, checked apart from the rules that decide.</summary>
internal static class GroupInvariants
{
    public static string? Objection(ClusterView view, HaAction action) => action switch
    {
        not HaAction.Fence when view.Store.Setback is not null => "the store has gone back: nothing is done on its word",
        HaAction.Begin { Work: DatabaseWork.BootstrapGroup } when !view.SelfHoldsLiveLease => "a group is begun without a live lease",
        HaAction.Begin { Work: DatabaseWork.BootstrapGroup } when !ApprovalRules.MayLeadUnasked(view) => "the strategy wants a person's word before a group is begun anew",
        HaAction.Begin { Work: DatabaseWork.BootstrapGroup } when Serving(view) is { } other => $"a second group is begun while {other.Name} serves in one",
        HaAction.Begin { Work: DatabaseWork.BootstrapGroup } when !IsWished(view) && Lacks(view) =>
            "a group is begun by a member that lacks what another one holds",
        HaAction.Begin { Work: DatabaseWork.Bootstrap } when view.Database.Directory is DataDirectoryState.Valid or DataDirectoryState.Foreign =>
            "a first database over an existing one",
        HaAction.Begin { Work: DatabaseWork.Bootstrap } when !LeadershipRules.IsInitializing(view) => "a first database without the claim to make it",
        HaAction.Begin { Work: DatabaseWork.CloneFrom } when !view.Database.IsDown => "a data directory is replaced while its server runs",
        HaAction.Begin { Work: DatabaseWork.CloneFrom } when Serving(view) is null => "a data directory is replaced while nobody serves",
        HaAction.Begin { Work: DatabaseWork.Expel } when view.Database.Group is not { IsServing: true } => "a member is put out by one that is in no majority",
        HaAction.Begin { Work: DatabaseWork.Expel expel }
            when view.Database.Group?.Members.Any(member =>
                GroupClaims.IsDead(view, member) && GroupClaims.AddressOf(view, member) == expel.Address) != true =>
            "a member is put out whose agent does not say that it has ended",
        HaAction.Begin { Work: DatabaseWork.Promote or DatabaseWork.StartPrimary or DatabaseWork.RewindTo } => "a group's server is promoted, or started as a primary, past the group",
        HaAction.AcquireLease when Serving(view) is { } other && !GroupClaims.IsElected(view) => $"the lease is taken past the group in which {other.Name} serves",
        HaAction.AcquireLease when view.OthersLease is { } lease && !GroupClaims.IsElected(view) => $"the lease is taken from {lease.Holder}, which may be beginning a group",
        HaAction.ReleaseLease when view.Store.Lease?.Holder != view.Self => "a lease is released that is not this member's",
        HaAction.WriteHistory or HaAction.WriteFailsafe when !view.SelfHoldsLiveLease => "a leader's write without a live lease",
        _ => null,
    };

    private static MemberReport? Serving(ClusterView view) => view.Others.FirstOrDefault(report => report.Group is { IsServing: true });

    private static bool IsWished(ClusterView view) => view.Store.Switchover is { From: null, To: { } wished } && wished == view.Self;

    private static bool Lacks(ClusterView view) =>
        view.Others.Any(report => report.Group is { } group && view.Database.Group?.Transactions.Contains(group.Transactions) == false);
}
