using Holdfast.Decisions.Leadership;
using Holdfast.Model;
using Holdfast.Model.Groups;

namespace Holdfast.Decisions.Groups;

/// <summary>A planned change of primary: the group itself is asked for it, and waits for what is under way.</summary>
internal static class Handover
{
    public static Decision Decide(ClusterView view, SwitchoverRequest request)
    {
        if (request.ScheduledAt is { } at && view.UtcNow < at)
        {
            return new(Rule.AwaitSchedule, $"a switchover is scheduled for {at:u}");
        }

        if (request.From is { } from && from != view.Self)
        {
            return Reject(request, $"it names {from} as the leader, which {view.Self} is");
        }

        if (request.To == view.Self)
        {
            return Reject(request, $"{view.Self} is the primary already");
        }

        if (view.Database.Group is { IsMultiPrimary: true })
        {
            return Reject(request, "every member of the group is a primary");
        }

        if (Following.BackOff(view, DatabaseJobKind.ElectPrimary) is not null && view.Memory.LastFailure!.At >= view.Memory.SwitchoverSeenAt)
        {
            return Reject(request, view.Memory.LastFailure.Reason);
        }

        return Candidate(view, request.To) is { } candidate
            ? new(Rule.ElectPrimary, $"the group is asked to make {candidate.Name} its primary",
                new HaAction.Begin(new DatabaseWork.ElectPrimary(candidate.Group!.ServerId!)))
            : Reject(request, request.To is { } wished ? $"{wished} does not take part in the group, or may not lead" : "no other member takes part in the group and may lead");
    }

    /// <summary>The wished member, or the one that an operator prefers, if the group counts it in.</summary>
    public static MemberReport? Candidate(ClusterView view, MemberName? wished) =>
        view.Others
            .Where(report => wished is null || report.Name == wished)
            .Where(report => report is { Tags.MayLead: true, IsShortOfDisk: false }
                && view.Database.Group!.Members.Any(member => member.ServerId == report.Group?.ServerId && member.State == GroupState.Online))
            .OrderByDescending(report => report.Tags.FailoverPriority)
            .ThenBy(report => report.Group!.ApplyBacklog)
            .ThenBy(report => report.Name)
            .FirstOrDefault();

    private static Decision Reject(SwitchoverRequest request, string why) =>
        new(Rule.RejectSwitchover, $"the switchover request is dropped: {why}", new HaAction.ClearSwitchover(request.Revision));
}
