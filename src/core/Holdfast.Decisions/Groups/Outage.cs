using Holdfast.Decisions.Approvals;
using Holdfast.Decisions.Leadership;
using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Groups;

/// <summary>
/// No group is left. The member that holds all that anybody holds begins it anew; a write that was acknowledged is surely on the disk
/// of the member that acknowledged it, so each of the last members must be heard first, or a person decides without them.
/// </summary>
internal static class Outage
{
    public static Decision Decide(ClusterView view)
    {
        if (Following.BackOff(view, DatabaseJobKind.BootstrapGroup) is { } until)
        {
            return new(Rule.RetryLater, $"the group could not be begun: {view.Memory.LastFailure!.Reason}; the next attempt is in {Words.Seconds(until - view.Now)}");
        }

        if (view.Store.Switchover is { From: null, To: { } wished } request)
        {
            return wished == view.Self
                ? Begin(view, "an operator asked for this member to begin the group anew", new HaAction.ClearSwitchover(request.Revision))
                : new(Rule.YieldToCandidate, $"an operator asked for {wished} to begin the group anew");
        }

        var silent = LastMembers(view).Union(HoldingMore(view)).Where(name => name != view.Self && !IsHeard(view.Report(name))).ToArray();
        return silent.Length > 0
            ? new(Rule.AwaitMembers,
                $"no group is left, and {string.Join(", ", silent)} may hold acknowledged writes: what it holds must be known first, "
                + "or an operator decides without it (holdfast failover --candidate MEMBER)")
            : Compare(view);
    }

    /// <summary>The members of the last group that the store was told of.</summary>
    public static IEnumerable<MemberName> LastMembers(ClusterView view) =>
        view.Store.Failsafe?.ApiUrls.Keys ?? view.Store.Members.Select(report => report.Name);

    private static IEnumerable<MemberName> HoldingMore(ClusterView view) =>
        view.Others
            .Where(report => report.Group is { } group && !view.Database.Group!.Transactions.Contains(group.Transactions))
            .Select(report => report.Name);

    private static Decision Compare(ClusterView view)
    {
        var everybody = view.Others
            .Where(IsHeard)
            .Select(report => (report.Name, report.Tags, report.Group!.Transactions))
            .Append((Name: view.Self, view.Tags, view.Database.Group!.Transactions))
            .ToArray();
        var all = everybody.Aggregate(TransactionSet.Empty, (sum, member) => sum.Union(member.Transactions));
        var best = everybody
            .Where(member => member.Transactions.Contains(all))
            .OrderByDescending(member => member.Tags.MayLead)
            .ThenByDescending(member => member.Tags.FailoverPriority)
            .ThenBy(member => member.Name)
            .Select(member => (MemberName?)member.Name)
            .FirstOrDefault();
        return best switch
        {
            null => new(Rule.NoMemberHoldsAll,
                $"no group is left, and each member lacks what another one holds (here {all.Except(view.Database.Group.Transactions).Count} transactions are missing): "
                + "an operator chooses (holdfast failover --candidate MEMBER)"),
            { } name when name != view.Self => new(Rule.YieldToBetter, $"no group is left, and {name} holds all that anybody holds: it begins the group anew"),
            _ => ApprovalRules.Gate(view, "no group is left, and this member holds all that anybody holds")
                ?? Begin(view, "no group is left, and this member holds all that anybody holds"),
        };
    }

    private static Decision Begin(ClusterView view, string why, params ReadOnlySpan<HaAction> first) => view switch
    {
        // First it alone is to be heard if no group is left: from when the group has begun, nobody else holds what it acknowledges.
        { SelfHoldsLiveLease: true } => new(Rule.BootstrapGroup, why,
        [
            .. first,
            GroupRules.Alone(view),
            new HaAction.Begin(new DatabaseWork.BootstrapGroup(view.Policy.GroupMode)),
        ]),

        // Nobody else can tell whether it is beginning one right now.
        { OthersLease: { } lease } =>
            new(Rule.AwaitMembers, $"{why}, but {lease.Holder} holds the lease and may be beginning one: it gives the lease up if it is not, or loses it with its session"),

        _ => new(Rule.BootstrapGroup, $"{why}: the lease makes sure that nobody else does",
            GroupRules.Take(view)),
    };

    /// <summary>Its server runs outside of any group, so what it says that it holds is all that it holds.</summary>
    private static bool IsHeard(MemberReport? report) =>
        report is { State: MemberState.Running, Group.State: GroupState.Offline or GroupState.Error };
}
