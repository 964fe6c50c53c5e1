using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Groups;

/// <summary>What can be believed of a group, from all that its servers say.</summary>
internal static class GroupClaims
{
    private static readonly TimeSpan ExpelAgainAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan TurnLength = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan OutLimit = TimeSpan.FromSeconds(1);

    /// <summary>The majority has elected this member; nobody knows of a later membership that has elected somebody else.</summary>
    public static bool IsElected(ClusterView view) =>
        view.Database is { Process: DatabaseProcess.Running, IsResponsive: true, Group: { IsServing: true, Own.IsPrimary: true } group }
        && ToRecord(view, group)?.ServerId == group.ServerId
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

    /// <summary>The primary; among many the one that is recorded, as long as it is one, or else the first whose agent is heard.</summary>
    private static GroupPeer? ToRecord(ClusterView view, GroupView group)
    {
        if (!group.IsMultiPrimary)
        {
            return group.Primary;
        }

        var holder = view.Store.Lease?.Holder is not { } name ? null : name == view.Self ? group.ServerId : view.Report(name)?.Group?.ServerId;
        var primaries = group.Members.Where(member => member is { IsPrimary: true, State: GroupState.Online }).ToArray();
        return primaries.FirstOrDefault(member => member.ServerId == holder)
            ?? primaries.FirstOrDefault(member => member.ServerId == group.ServerId || ReportOf(view, member) is not null);
    }

    /// <summary>Its own agent says that its server has ended, or is in no group any more and does not join one.</summary>
    public static bool IsOut(MemberReport report) =>
        HasEnded(report) || report is { State: MemberState.Running, Group: { State: GroupState.Offline or GroupState.Error, IsJoining: false } };

    /// <summary>The members that do not answer this one, or whose own agents say that their servers have ended.</summary>
    public static GroupPeer[] Lost(ClusterView view, GroupView group) =>
    [
        .. group.Members.Where(member => member.State == GroupState.Unreachable || (ReportOf(view, member) is { } report && HasEnded(report))),
    ];

    public static bool IsMinority(ClusterView view, GroupView group) => Lost(view, group).Length * 2 >= group.Members.Length;

    /// <summary>
    /// The group counts it in, and its own agent says that it is out, or the group and the store both miss it: neither alone would do.
    /// </summary>
    public static bool IsDead(ClusterView view, GroupPeer member) =>
        AddressOf(view, member) is not null
        && (ReportOf(view, member) is { } report ? IsOut(report) : member.State == GroupState.Unreachable && view.Now - view.Store.ConfirmedAt < view.Policy.TimeToLive);

    /// <summary>
    /// Where the group reaches a member that is to be put out by this one, and why; null for none, and while the last attempt works. The first of
    /// those that are left does it, and the others in their turn if that does not help: a member's own word may not get through.
    /// </summary>
    public static (string Address, string Why)? ToExpel(ClusterView view)
    {
        if (view.Database is not { Group: { } group, Job: var job }
            || (job is { Kind: DatabaseJobKind.Expel, EndedAt: { } ended } && view.Now - ended < ExpelAgainAfter))
        {
            return null;
        }

        var turn = group.Members.Count(member => ReportOf(view, member) is { Group.IsServing: true } report && !HasEnded(report) && report.Name.CompareTo(view.Self) < 0);
        foreach (var member in group.Members)
        {
            var since = view.Memory.Group.DeadSince.GetValueOrDefault(member.ServerId, view.Now);
            if (AddressOf(view, member) is { } address && IsDead(view, member) && view.Now - since >= (turn * TurnLength) + PatienceFor(view, member))
            {
                return (address, Why(view, member));
            }
        }

        return null;
    }

    /// <summary>
    /// Another member that takes part as this one does, and they do not hear each other: the connection between them is broken, and the group only
    /// works by way of the others. Null for none, where it is the other one's to join anew, and while somebody else does: one at a time.
    /// </summary>
    public static MemberReport? BrokenLink(ClusterView view, GroupView group)
    {
        if (group is not { IsServing: true, Members.Length: > 2 })
        {
            return null;
        }

        var others = view.Others.Where(report => report.Group is { IsServing: true } theirs && theirs.Epoch == group.Epoch).ToArray();
        return others.Any(first => first.Name.CompareTo(view.Self) < 0 && others.Any(other => GivesWay(view, first.Name, first.Group!, other)))
            ? null
            : others.FirstOrDefault(other => GivesWay(view, view.Self, group, other));
    }

    /// <summary>The two do not hear each other, and this one joins anew: not the primary, which among many is the recorded one, and of two others the later name.</summary>
    private static bool GivesWay(ClusterView view, MemberName name, GroupView group, MemberReport other) =>
        !IsTheOne(view, name, group)
        && other.Group is { Own: not null } theirs
        && (IsTheOne(view, other.Name, theirs) || other.Name.CompareTo(name) < 0)
        && (IsUnreachable(group, theirs.ServerId) || IsUnreachable(theirs, group.ServerId));

    private static bool IsTheOne(ClusterView view, MemberName name, GroupView group) =>
        group.IsMultiPrimary ? view.Store.Lease?.Holder == name : group.Own is not { IsPrimary: false };

    /// <summary>The group has a primary that more than half of the members hear, as that member sees it.</summary>
    public static bool Works(MemberReport report) => report.Group is { IsServing: true, Primary: not null };

    /// <summary>Whom an empty member copies: one that is no primary if there is one, since a copy is work.</summary>
    public static Upstream? Donor(ClusterView view) =>
        view.Others
            .Where(report => report.Group is { IsServing: true })
            .OrderByDescending(report => report.Tags.CloneFrom)
            .ThenBy(report => report.Role == DatabaseRole.Primary)
            .ThenBy(report => report.Name)
            .Select(report => report.Group!.Own is { } server ? new Upstream(report.Name, server.Host, server.Port) : null)
            .FirstOrDefault(upstream => upstream is not null);

    private static MemberReport? ReportOf(ClusterView view, GroupPeer member) => view.Others.FirstOrDefault(report => report.Group?.ServerId == member.ServerId);

    /// <summary>Where the group reaches a member; null when that was never said.</summary>
    public static string? AddressOf(ClusterView view, GroupPeer member) =>
        ReportOf(view, member) is { Group.Address: { Length: > 0 } address } ? address : view.Memory.Group.Addresses.GetValueOrDefault(member.ServerId);

    private static bool IsUnreachable(GroupView group, string? server) => group.Members.Any(member => member.ServerId == server && member.State == GroupState.Unreachable);

    /// <summary>What a server that has only just joined last said of itself is that it is in no group.</summary>
    private static TimeSpan PatienceFor(ClusterView view, GroupPeer member) =>
        ReportOf(view, member) is { } report && !HasEnded(report) ? OutLimit : TimeSpan.Zero;

    private static string Why(ClusterView view, GroupPeer member) => ReportOf(view, member) switch
    {
        null => $"the server at {member.Host}:{member.Port} does not answer the group, and the store has ended its agent's session",
        { } report when HasEnded(report) => $"{report.Name}'s server has ended, and its own agent says so: the group need not wait until it misses it",
        { } report => $"{report.Name}'s server is in no group, and its own agent says so: the group counts on a former life of it",
    };

    private static bool HasEnded(MemberReport report) =>
        report is { State: MemberState.Crashed or MemberState.Stopped or MemberState.Starting or MemberState.StartFailed, Group.State: GroupState.Offline };
}
