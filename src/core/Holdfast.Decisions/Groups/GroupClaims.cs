using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Groups;

/// <summary>What can be believed of a group, from all that its servers say.</summary>
internal static class GroupClaims
{
    private static readonly TimeSpan ExpelAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>The majority has elected this member; nobody knows of a later membership that has elected somebody else.</summary>
    public static bool IsElected(ClusterView view) =>
        view.Database is { Process: DatabaseProcess.Running, IsResponsive: true, Group: { IsServing: true, Primary: { } primary } group }
        && primary.ServerId == group.ServerId
        && Superseded(view) is null;

    /// <summary>
    /// A member that serves in a later membership without this one, which calls itself a primary still, or in the group that the store records while this one
    /// is in another; null for none. One that is no primary may just be leaving: it finds out by itself, and nobody writes to it meanwhile.
    /// </summary>
    public static MemberReport? Superseded(ClusterView view) =>
        view.Database.Group is not { Epoch: { } epoch, ServerId: { } own, Own: var self }
            ? null
            : view.Others.FirstOrDefault(report =>
                report.Group is { IsServing: true, Epoch: { } theirs } group
                && ((self is { IsPrimary: true } && theirs.IsAfter(epoch) && group.Members.All(member => member.ServerId != own))
                    || (theirs.Group != epoch.Group && view.Store.Lease?.Holder == report.Name && report.Role == DatabaseRole.Primary)));

    /// <summary>Its own agent says that its server has ended, or is in no group any more.</summary>
    public static bool IsOut(MemberReport report) =>
        HasEnded(report) || report is { State: MemberState.Running, Group.State: GroupState.Offline or GroupState.Error };

    /// <summary>The members that do not answer this one, or whose own agents say that their servers have ended.</summary>
    public static GroupPeer[] Lost(ClusterView view, GroupView group) =>
    [
        .. group.Members.Where(member => member.State == GroupState.Unreachable
            || view.Others.Any(report => report.Group?.ServerId == member.ServerId && HasEnded(report))),
    ];

    /// <summary>
    /// Where the group reaches a member that is to be put out by the first of those that are left, and why; null for none, and while the last attempt works.
    /// </summary>
    public static (string Address, string Why)? ToExpel(ClusterView view)
    {
        if (view.Database is not { Group: { } group, Job: var job }
            || (job is { Kind: DatabaseJobKind.Expel, EndedAt: { } ended } && view.Now - ended < ExpelAgainAfter))
        {
            return null;
        }

        var counted = view.Others.Where(report => group.Members.Any(member => member.ServerId == report.Group?.ServerId)).ToArray();
        var first = counted.Where(report => report.Group is { IsServing: true } && !HasEnded(report)).Select(report => report.Name).Append(view.Self).Min();
        if (first != view.Self)
        {
            return null;
        }

        if (counted.FirstOrDefault(report => HasEnded(report) && report.Group!.Address.Length > 0) is { } dead)
        {
            return (dead.Group!.Address, $"{dead.Name}'s server has ended, and its own agent says so: the group need not wait until it misses it");
        }

        return group.Members.FirstOrDefault(member => IsGone(view, member)) is { } gone
            ? (view.Memory.GroupAddresses[gone.ServerId], $"the server at {gone.Host}:{gone.Port} does not answer the group, and the store has ended its agent's session")
            : null;
    }

    /// <summary>Two that know nothing of each other miss it: the group its server, and the store its agent.</summary>
    public static bool IsGone(ClusterView view, GroupPeer member) =>
        member.State == GroupState.Unreachable
        && view.Memory.GroupAddresses.ContainsKey(member.ServerId)
        && view.Store.Members.All(report => report.Group?.ServerId != member.ServerId)
        && view.Now - view.Store.ConfirmedAt < view.Policy.TimeToLive;

    /// <summary>Whom an empty member copies: one that is no primary if there is one, since a copy is work.</summary>
    public static Upstream? Donor(ClusterView view) =>
        view.Others
            .Where(report => report.Group is { IsServing: true })
            .OrderByDescending(report => report.Tags.CloneFrom)
            .ThenBy(report => report.Role == DatabaseRole.Primary)
            .ThenBy(report => report.Name)
            .Select(report => report.Group!.Own is { } server ? new Upstream(report.Name, server.Host, server.Port) : null)
            .FirstOrDefault(upstream => upstream is not null);

    private static bool HasEnded(MemberReport report) =>
        report is { State: MemberState.Crashed or MemberState.Stopped or MemberState.Starting or MemberState.StartFailed, Group.State: GroupState.Offline };
}
