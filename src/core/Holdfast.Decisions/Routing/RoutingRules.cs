using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Routing;

/// <summary>Where a cluster's connections go. Writes go to the holder of the lease, once it is a primary in that very term, and to nobody but those that its group counts as primaries beside it.</summary>
public static class RoutingRules
{
    public static RoutePlan Decide(RoutingView view)
    {
        var (primary, reason) = Primary(view);
        return new(
            view.Lease is { } lease && lease.Term > view.SeenTerm ? lease.Term : view.SeenTerm,
            Leader(view),
            primary,
            reason,
            primary is { } leading ? view.Member(leading)?.Report.DrainsFor : null,
            [.. view.Members.Select(member => Route(view, member, primary))]);
    }

    /// <summary>An older term is a stale server's word, or a restored backup's: nothing is changed for it.</summary>
    private static MemberName? Leader(RoutingView view) =>
        view.Lease is { } lease && lease.Term >= view.SeenTerm ? lease.Holder : null;

    private static (MemberName? Primary, string Reason) Primary(RoutingView view) => view switch
    {
        { IsStoreLost: true } => Confirmed(view),

        { Lease: null } => (null, "nobody holds the lease"),

        { Lease: { } lease } when lease.Term < view.SeenTerm =>
            (null, $"the store shows term {lease.Term}, older than {view.SeenTerm} which was seen: it went back, or a stale server answers"),

        { Lease: { } lease } => view.Member(lease.Holder)?.Report switch
        {
            null => (null, $"{lease.Holder} leads and has not reported yet"),
            { Role: not DatabaseRole.Primary } => (null, $"{lease.Holder} leads and is not a primary yet"),
            { State: not (MemberState.Running or MemberState.Streaming) } => (null, $"{lease.Holder} leads and its database does not run"),
            { Term: { } term } when term != lease.Term => (null, $"{lease.Holder} leads and has not become a primary in this term yet"),
            _ => (lease.Holder, $"{lease.Holder} leads"),
        },
    };

    /// <summary>Without the store the members' own word counts: the only primary among them, or the one of the latest timeline.</summary>
    private static (MemberName? Primary, string Reason) Confirmed(RoutingView view)
    {
        var last = view.Lease?.Holder;
        var primaries = view.Members
            .Where(member => member.Health is { Role: DatabaseRole.Primary })
            .OrderByDescending(member => member.Health!.Timeline?.Number ?? 0)
            .ToArray();
        return primaries switch
        {
            [] when last is { } holder => (holder, $"the store does not answer, nor does a primary; {holder} led when it last did"),
            [] => (null, "the store does not answer, nor does a primary"),
            [var first, ..] => (first.Report.Name, $"the store does not answer; {first.Report.Name} says that it is the primary"),
        };
    }

    private static MemberRoute Route(RoutingView view, RoutedMember member, MemberName? primary)
    {
        var report = member.Report;
        var reason = WhyNoReads(view, member);
        var acceptsWrites = report.Name == primary || Groups(view, member, primary).Any(group => IsPrimaryBeside(group, report));
        return new(report.Name, RoleOf(view, member), acceptsWrites && primary is not null, acceptsWrites, reason is null, reason ?? "takes reads", member.Health?.LagBytes, member.Health?.Lag);
    }

    /// <summary>Whose word counts on who else accepts writes: the primary's, and while it is not known who that is, any other member's.</summary>
    private static IEnumerable<GroupView> Groups(RoutingView view, RoutedMember member, MemberName? primary) =>
        view.Members
            .Where(other => primary is { } first ? other.Report.Name == first : other.Report.Name != member.Report.Name)
            .Select(other => other.Report.Group)
            .OfType<GroupView>();

    private static bool IsPrimaryBeside(GroupView group, MemberReport report) =>
        report is { State: MemberState.Running, Tags.NoLoadBalance: false, Group: { IsServing: true, ServerId: { } server } }
        && group.CountsAsPrimary(server);

    /// <summary>Without the store a member's own word is later than its report.</summary>
    private static DatabaseRole RoleOf(RoutingView view, RoutedMember member) =>
        view.IsStoreLost && member.Health is { } heard ? heard.Role : member.Report.Role;

    private static string? WhyNoReads(RoutingView view, RoutedMember member) => member switch
    {
        _ when RoleOf(view, member) != DatabaseRole.Replica => "is the primary",
        { Report.State: not (MemberState.Running or MemberState.Streaming) } => "its database does not run",
        { Report.Tags.NoLoadBalance: true } => "is tagged noloadbalance",
        { Health.LagBytes: { } bytes } when view.Policy.MaxLagBytes > 0 && bytes > view.Policy.MaxLagBytes =>
            $"is {bytes} bytes behind, more than max_lag ({view.Policy.MaxLagBytes})",
        { Health.Lag: { } lag } when view.Policy.MaxLag > TimeSpan.Zero && lag > view.Policy.MaxLag =>
            FormattableString.Invariant($"is {lag.TotalSeconds:0.#} s behind, more than max_lag_seconds ({view.Policy.MaxLag.TotalSeconds:0.#})"),
        { Report.IsStreaming: false, Health: null } => "does not stream, and how far it is behind is not known",
        _ => null,
    };
}
