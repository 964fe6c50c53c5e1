using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Reporting;

/// <summary>What the primary of a group records for the others, and what of a group is news.</summary>
internal static class GroupReporting
{
    public static IEnumerable<(Rule Rule, string Reason, HaAction? Action)> Due(ClusterView view) =>
    [
        (Rule.RecordHistory, "the group has elected another primary", History(view)),
        (Rule.RecordMembers, "the members that must be heard if no group is left have changed", Members(view)),
    ];

    public static GroupView WithoutCounts(GroupView group) =>
        group with { Transactions = TransactionSet.Empty, ApplyBacklog = 0, CertifyBacklog = 0, Conflicts = 0, IsBlocked = false, SlowsGroup = false };

    /// <summary>How much a server holds decides who begins a group anew: that is told at once.</summary>
    public static bool IsNews(MemberReport stored, MemberReport now) =>
        now.Group is { State: GroupState.Offline or GroupState.Error } own && stored.Group?.Transactions.Equals(own.Transactions) != true;

    /// <summary>
    /// Every member counts on the ones of the last membership: all that was acknowledged is on their disks. One whose agent is gone may be in the
    /// group still, and be elected: it stays while the group counts more servers than agents speak for.
    /// </summary>
    private static HaAction.WriteFailsafe? Members(ClusterView view)
    {
        var group = view.Database.Group!;
        var members = view.Store.Members
            .Where(report => group.Members.Any(member => member.ServerId == report.Group?.ServerId))
            .ToImmutableSortedDictionary(report => report.Name, report => report.ApiUrl);
        if (group.Members.Length > members.Count && view.Store.Failsafe is { } last)
        {
            members = members.AddRange(last.ApiUrls.Where(member => view.Report(member.Key) is null));
        }

        return members.ContainsKey(view.Self) && (view.Store.Failsafe is not { } known || !known.ApiUrls.SequenceEqual(members))
            ? new HaAction.WriteFailsafe(view.Store.Lease!.Term, members)
            : null;
    }

    /// <summary>A group has no timelines: its changes of primary are numbered as they come.</summary>
    private static HaAction.WriteHistory? History(ClusterView view)
    {
        var last = view.Store.History.LastOrDefault();
        return last is null || last.NewLeader != view.Self.Text
            ? new HaAction.WriteHistory(
                view.Store.Lease!.Term,
                view.Store.HistoryRevision,
                [
                    .. view.Store.History,
                    new TimelineChange(
                        new Timeline((last?.Timeline.Number ?? 0) + 1),
                        new LogPosition(view.Database.Group!.Transactions.Count),
                        "elected by the group",
                        view.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.ffffffzzz", CultureInfo.InvariantCulture),
                        view.Self.Text),
                ])
            : null;
    }
}
