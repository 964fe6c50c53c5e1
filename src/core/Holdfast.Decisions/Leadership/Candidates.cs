using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Decisions.Leadership;

/// <summary>Which members could lead now, and which of them best.</summary>
public static class Candidates
{
    /// <summary>The member is alive, runs as a replica, and neither an operator nor its disk speaks against it.</summary>
    public static bool CouldLead(MemberReport report) =>
        report is { Session: not null, Role: DatabaseRole.Replica, State: MemberState.Running or MemberState.Streaming, IsShortOfDisk: false }
        && report.Tags.MayLead;

    /// <summary>While synchronous mode is on, only members known to hold every acknowledged write may lead.</summary>
    public static bool MayHoldEveryWrite(ClusterView view, MemberName member) =>
        view.Policy.SynchronousMode == SynchronousMode.Off
        || view.Store.Sync.Leader is null
        || view.Store.Sync.HoldsEveryWrite(member);

    /// <summary>Who takes over at once when this leader's database dies: the healthiest of its synchronous standbys.</summary>
    public static MemberReport? Successor(ClusterView view) =>
        view.Policy.SynchronousMode == SynchronousMode.Off || view.Store.Sync.Leader != view.Self
            ? null
            : Ranked(view.Others.Where(report => view.Store.Sync.Standbys.Contains(report.Name) && CouldLead(report))).FirstOrDefault();

    /// <summary>Everybody but this leader who could take over in a planned change, best first.</summary>
    public static ImmutableArray<MemberReport> ForSwitchover(ClusterView view) =>
        [.. Ranked(view.Others.Where(CouldLead)).OrderByDescending(report => view.Store.Sync.Standbys.Contains(report.Name))];

    /// <summary>Somebody else could lead if this member let go of the lease.</summary>
    public static bool SomebodyElseCouldLead(ClusterView view) =>
        view.Others.Any(report => CouldLead(report) && MayHoldEveryWrite(view, report.Name));

    /// <summary>The longest log on the newest timeline wins; then the operator's preference; then the first name, so that two never both step back.</summary>
    public static IEnumerable<MemberReport> Ranked(IEnumerable<MemberReport> reports) =>
        reports
            .OrderByDescending(report => report.Timeline?.Number ?? 0)
            .ThenByDescending(report => report.Position?.Bytes ?? 0)
            .ThenByDescending(report => report.Tags.FailoverPriority)
            .ThenBy(report => report.Name);
}
