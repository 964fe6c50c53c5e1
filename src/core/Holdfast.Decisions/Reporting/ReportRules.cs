using System.Collections.Immutable;
using Holdfast.Decisions.Approvals;
using Holdfast.Decisions.Leadership;
using Holdfast.Decisions.Members;
using Holdfast.Model;

namespace Holdfast.Decisions.Reporting;

/// <summary>What this member tells the others. Nothing is written that nobody would act on: an idle cluster writes nothing.</summary>
public static class ReportRules
{
    /// <summary>A member that was not heard of for this long loses its replication slot, and may need a clone when it returns.</summary>
    public static readonly TimeSpan SlotsKept = TimeSpan.FromMinutes(30);

    /// <summary>A server that has no room for another slot is not asked twice a second.</summary>
    private static readonly TimeSpan SlotsRetry = TimeSpan.FromSeconds(2);

    private const int RouteTriesMax = 5;

    public static Decision Decide(ClusterView view)
    {
        if (view is { Store.IsKnown: false } or { Session.Id: null })
        {
            return new(Rule.NothingToReport, "there is no session to report under");
        }

        var leads = view is { SelfHoldsLiveLease: true, Database: { IsRunningPrimary: true, IsResponsive: true } };
        (Rule Rule, string Reason, HaAction? Action)[] due = view.Database.Group is not null
            ? [(Rule.PublishReport, "this member's state has changed", Report(view)), Fenced(view), .. leads ? [.. Leader(view), .. GroupReporting.Due(view)] : Array.Empty<(Rule, string, HaAction?)>(), Routed(view)]
            :
        [
            (Rule.PublishReport, "this member's state has changed", Report(view)),
            Fenced(view),
            .. leads ? Leader(view) : [],
            // Before the history: once that shuts out the old timeline, the old timeline's position must not be asked of the new one.
            (Rule.PublishStatus, "the log has grown", leads ? Status(view) : null),
            (Rule.RecordHistory, "the database is on a new timeline", leads ? History(view) : null),
            (Rule.RecordFailsafe, "the members that confirm a leader without the store have changed", leads ? FailsafeList(view) : null),
            (Rule.MaintainSlots, "members came or went, or their slots are to move on", Slots(view, leads)),
            Routed(view),
        ];
        var first = due.FirstOrDefault(item => item.Action is not null);
        return first.Action is null
            ? new(Rule.NothingToReport, "nothing has changed")
            : new(first.Rule, first.Reason, [.. due.Select(item => item.Action).OfType<HaAction>()]);
    }

    private static (Rule Rule, string Reason, HaAction? Action) Fenced(ClusterView view) =>
        (Rule.RecordFencing, "the database here was fenced", view.Memory.Fencing is { } fencing ? new HaAction.RecordFencing(fencing) : null);

    private static (Rule Rule, string Reason, HaAction? Action)[] Leader(ClusterView view) =>
    [
        (Rule.RecordLeader, "who leads is kept for when it is gone",
            view.Store.LastLeader is { } last && last.Name == view.Self && last.Term == view.Store.Lease!.Term ? null : new HaAction.RecordLeader(view.Store.Lease!.Term)),
        (Rule.CloseApproval, "there is nothing to approve any more", ApprovalRules.Closing(view)),
    ];

    /// <summary>
    /// Once a term, and after the entry of the leader: whatever a router says later changes nothing. It comes last and is tried a few times only, since a
    /// router that writes its word again and again makes it fail each time.
    /// </summary>
    private static (Rule Rule, string Reason, HaAction? Action) Routed(ClusterView view) => (
        Rule.RecordRoute,
        "clients are served by the new primary",
        view is { SelfHoldsLiveLease: true, Store: { Route: { IsRecorded: false } report, Lease.Term: var term, LastLeader: { } last }, Memory.Takeover: { IsRouted: false, RouteTries: < RouteTriesMax } takeover }
            && report.Term == term && last.Term == term && takeover.RouteUntil(view.Now, report.Idle) is { } took
            ? new HaAction.RecordRoute(report, took)
            : null);

    /// <summary>This member as others should see it.</summary>
    public static MemberReport ReportOf(ClusterView view) => new()
    {
        Name = view.Self,
        Session = view.Session.Id,
        Revision = view.OwnReport?.Revision ?? Revision.Absent,
        State = MemberStates.Of(view),
        Role = view.Database.IsRunningPrimary ? DatabaseRole.Primary : DatabaseRole.Replica,
        ConnectUrl = view.OwnReport?.ConnectUrl ?? "",
        ApiUrl = view.OwnReport?.ApiUrl ?? "",
        Timeline = view.Database.Process == DatabaseProcess.Running ? view.Database.Timeline : null,
        Position = view.Database.Process == DatabaseProcess.Running ? view.Database.Position : null,
        ReplayPosition = view.Database.IsRunningReplica ? view.Database.ReplayPosition : null,
        IsStreaming = view.Database.IsStreaming,
        Tags = view.Tags,
        IsPaused = view.Policy.IsPaused,
        IsRestartPending = view.Database.IsRestartPending,
        HasCheckpointedSincePromotion = view.Database is { IsRunningPrimary: true, HasCheckpointedSincePromotion: true },
        IsShortOfDisk = view.Database.Disk is { FreeBytes: < Election.FreeBytesToLeadLeast },
        DiskFreePercent = view.Database.Disk is { TotalBytes: > 0 } disk ? (int)(100 * disk.FreeBytes / disk.TotalBytes) : null,
        Certificates = view.Certificates,
        Probe = view.Probe,
        Term = view is { SelfHoldsLiveLease: true, Database.IsRunningPrimary: true } ? view.Store.Lease!.Term : null,
        DrainsFor = Switchover.DrainsFor(view),
        Group = view.Database.Group is { } group ? group with { IsJoining = view.Database.IsDoing(DatabaseJobKind.JoinGroup) } : null,
        Version = view.OwnReport?.Version ?? "",
    };

    private static HaAction.PublishReport? Report(ClusterView view)
    {
        var now = ReportOf(view);
        var stored = view.OwnReport;
        return stored is null
            || stored.Session != view.Session.Id
            || WithoutPositions(stored) != WithoutPositions(now)
            || IsPositionDue(view, stored, now)
            || view.Memory is { DownSince: not null, DownReport: null }
            ? new HaAction.PublishReport(now)
            : null;
    }

    private static MemberReport WithoutPositions(MemberReport report) =>
        report with
        {
            Position = null,
            ReplayPosition = null,
            DiskFreePercent = null,
            Probe = null,
            Session = null,
            ConnectUrl = "",
            ApiUrl = "",
            Version = "",
            Document = null,
            Revision = Revision.Absent,
            Group = report.Group is { } group ? GroupReporting.WithoutCounts(group) : null,
        };

    /// <summary>Positions are news once a loop; at once when nobody leads or the leader's database is down, for then they decide who will.</summary>
    private static bool IsPositionDue(ClusterView view, MemberReport stored, MemberReport now) =>
        (PrimaryDeadSince(view) is { } since && (stored.Revision < since || stored.Position != now.Position))
        || GroupReporting.IsNews(stored, now)
        || ((stored.Position != now.Position || stored.ReplayPosition != now.ReplayPosition || stored.Group != now.Group || stored.DiskFreePercent != now.DiskFreePercent || stored.Probe != now.Probe)
            && IsDue(view, view.Memory.ReportedAt));

    /// <summary>The revision since which everybody may know that no primary accepts writes; null while one may.</summary>
    private static Revision? PrimaryDeadSince(ClusterView view) => view.Store.LeaderlessSince ?? LeaderIsDown(view)?.Revision;

    /// <summary>The leader's own report that its database is down; null while it does not say so.</summary>
    internal static MemberReport? LeaderIsDown(ClusterView view) =>
        view.OthersLease is { } lease && view.Report(lease.Holder) is { State: MemberState.Crashed or MemberState.Stopped } report ? report : null;

    private static HaAction.WriteHistory? History(ClusterView view)
    {
        if (view.Database.Timeline is not { Number: > 1 } || view.Database.History.IsEmpty)
        {
            return null;
        }

        var last = view.Store.History is [.., var end] ? end.Timeline.Number : 0;
        ImmutableArray<TimelineChange> news =
        [
            .. view.Database.History
                .Where(change => change.Timeline.Number > last)
                .Select(change => change with { At = view.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", System.Globalization.CultureInfo.InvariantCulture), NewLeader = view.Self.Text }),
        ];
        return news.IsEmpty
            ? null
            : new HaAction.WriteHistory(view.Store.Lease!.Term, view.Store.HistoryRevision, [.. view.Store.History, .. news]);
    }

    private static HaAction.WriteFailsafe? FailsafeList(ClusterView view) =>
        Failsafe.ListToWrite(view) is { } wanted ? new HaAction.WriteFailsafe(view.Store.Lease!.Term, wanted) : null;

    private static HaAction.WriteStatus? Status(ClusterView view)
    {
        var status = new ClusterStatus(view.Database.Position, SlotPositions(view));
        return (status.LastPosition != view.Store.Status.LastPosition || !status.Slots.Keys.SequenceEqual(view.Store.Status.Slots.Keys))
            && (IsDue(view, view.Memory.StatusWrittenAt) || view.Memory.StatusWrittenAt < view.Memory.LeadingSince)
            ? new HaAction.WriteStatus(view.Store.Lease!.Term, status)
            : null;
    }

    /// <summary>
    /// Once a loop as well: the slot of a member that streams from elsewhere must follow that member, or it would hold the log for ever; and
    /// a slot that somebody has dropped comes back.
    /// </summary>
    private static HaAction.SetMemberSlots? Slots(ClusterView view, bool leads)
    {
        // While nobody leads, replicas have better things to do.
        var follows = view is { OthersLease: not null, Database: { IsRunningReplica: true, IsResponsive: true } };
        if (!view.Policy.UsesSlots || view.Database.IsBusy || !(leads || follows) || view.Now - view.Memory.SlotsFailedAt < SlotsRetry)
        {
            return null;
        }

        var wanted = leads ? SlotPositions(view) : SlotPositions(view).Where(slot => StreamsFromHere(view, new(slot.Key))).ToImmutableSortedDictionary(StringComparer.Ordinal);
        return wanted.Keys.Select(name => new MemberName(name)).SequenceEqual(view.Memory.SlotsSet) && !IsDue(view, view.Memory.SlotsSetAt)
            ? null
            : new HaAction.SetMemberSlots(wanted.ToImmutableSortedDictionary(pair => new MemberName(pair.Key), pair => Reached(view, new(pair.Key), pair.Value)));
    }

    /// <summary>By its operator's wish; one that was heard of lately and is silent now keeps what it has.</summary>
    private static bool StreamsFromHere(ClusterView view, MemberName member) =>
        view.Report(member) is { } report ? report.Tags.ReplicateFrom == view.Self.Text : view.Memory.SlotsSet.Contains(member);

    /// <summary>A member on another timeline is rewound first, to what its position does not tell: its slot stays where it is.</summary>
    private static LogPosition Reached(ClusterView view, MemberName member, LogPosition position) =>
        view.Report(member)?.Timeline == view.Database.Timeline ? position : LogPosition.Zero;

    /// <summary>At the leader, a slot for every member that was heard of lately, whoever it streams from: it may stream from here next.</summary>
    private static ImmutableSortedDictionary<string, LogPosition> SlotPositions(ClusterView view) =>
        view.Memory.MembersSeen
            .Where(seen => seen.Key != view.Self && view.Now - seen.Value < SlotsKept)
            .ToImmutableSortedDictionary(
                seen => seen.Key.Text,
                seen => view.Report(seen.Key)?.Position ?? LogPosition.Zero,
                StringComparer.Ordinal);

    private static bool IsDue(ClusterView view, TimeSpan? last) => last is not { } at || view.Now - at >= view.Policy.LoopWait;
}
