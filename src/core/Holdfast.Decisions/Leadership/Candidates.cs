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

    /// <summary>
    /// While synchronous mode is on, only members known to hold every acknowledged write may lead: those that the store names, and
    /// after a crash that the leader itself reports, those whose log goes at least as far as the log of one that the store names.
    /// </summary>
    public static bool MayHoldEveryWrite(ClusterView view, MemberName member) =>
        view.Policy.SynchronousMode == SynchronousMode.Off
        || view.Store.Sync.Leader is null
        || view.Store.Sync.HoldsEveryWrite(member)
        || IsProvenByComparison(view, member);

    /// <summary>
    /// Who takes over at once when this leader's database dies: of the members known to hold every acknowledged write the one whose
    /// log goes furthest, so that the others are behind it and need no rewind.
    /// </summary>
    public static MemberReport? Successor(ClusterView view) =>
        HasSuccessors(view)
            ? Ranked(view.Others.Where(report => CouldLead(report) && MayHoldEveryWrite(view, report.Name))).FirstOrDefault()
            : null;

    /// <summary>Some members have not said yet how far their logs went when this leader's database died.</summary>
    public static bool IsAnyUnheardAfterCrash(ClusterView view) =>
        HasSuccessors(view)
        && view.Others.Any(report => CouldLead(report)
            && (view.Memory.DownReport is not { } down || report.Revision < down || report.IsStreaming));

    private static bool HasSuccessors(ClusterView view) =>
        view.Policy.SynchronousMode != SynchronousMode.Off && view.Store.Sync.Leader == view.Self && !view.Store.Sync.Standbys.IsEmpty;

    /// <summary>
    /// This leader's database is dead, every process of it, and that was reported at a revision. What a standby reported later holds
    /// everything that was acknowledged because of it; whoever goes as far on the same timeline holds it too. That a lease has merely
    /// ended proves nothing of the kind, nor does a report that still speaks of streaming: a primary whose agent and guard were both killed may go on with its standby.
    /// </summary>
    private static bool IsProvenByComparison(ClusterView view, MemberName member) =>
        view is { SelfHoldsLiveLease: true, Database.IsDown: true, Memory.DownReport: { } since }
        && view.Report(member) is { Position: { } position } report
        && report.Revision >= since
        && view.Store.Members.Any(known =>
            known.Name != view.Self
            && view.Store.Sync.HoldsEveryWrite(known.Name)
            && known.Revision >= since
            && !known.IsStreaming
            && known.Timeline == report.Timeline
            && known.Position <= position);

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
