using System.Collections.Immutable;
using Holdfast.Decisions.Leadership;
using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions.Approvals;

/// <summary>Whether the best member may lead without a person, and what it does when it may not.</summary>
public static class ApprovalRules
{
    /// <summary>Null when the member may lead now: by the strategy, as the lost leader itself, or because it was approved.</summary>
    /// <param name="view">Of the member that would lead: it is the best, by the rules that come before this one.</param>
    /// <param name="choice">Why it is the best, in words.</param>
    internal static Decision? Gate(ClusterView view, string choice) => view.Policy.Strategy switch
    {
        FailoverStrategy.Automatic => null,
        _ when MayLeadUnasked(view) => null,
        FailoverStrategy.Manual => new(Rule.AwaitOperator,
            $"{choice}, but failover.strategy is manual: an operator names who leads (holdfast failover --candidate MEMBER)"),
        _ => Ask(view, choice, Current(view)),
    };

    /// <summary>Whoever led last only goes on, and whom an operator or enough approvers have chosen was asked for.</summary>
    internal static bool MayLeadUnasked(ClusterView view) =>
        view.Policy.Strategy == FailoverStrategy.Automatic
        || view.Store.LastLeader?.Name == view.Self
        || view.Store.Switchover is { To: { } wished } && wished == view.Self
        || IsGranted(view);

    /// <summary>Everybody but the lost leader needs approval, so it goes first among those whose log goes furthest.</summary>
    /// <param name="view">Of the member that compares.</param>
    /// <param name="candidates">Best first.</param>
    internal static MemberReport Preferred(ClusterView view, IEnumerable<MemberReport> candidates)
    {
        MemberReport[] ranked = [.. candidates];
        var first = ranked[0];
        return view.Policy.Strategy == FailoverStrategy.Automatic
            ? first
            : Array.Find(ranked, report => report.Name == view.Store.LastLeader?.Name && report.Timeline == first.Timeline && report.Position == first.Position) ?? first;
    }

    /// <summary>A request is closed by whoever leads after it.</summary>
    internal static HaAction.WriteApproval? Closing(ClusterView view) => view.Store.Approval switch
    {
        { IsOpen: true, State: ApprovalState.Approved } request when request.Candidate == view.Self =>
            Close(request, ApprovalState.Done, $"{view.Self} leads in term {view.Store.Lease!.Term}"),
        { IsOpen: true } request when request.Former == view.Self => Close(request, ApprovalState.Withdrawn, $"{view.Self} is back and leads again"),
        { IsOpen: true } request => Close(request, ApprovalState.Withdrawn, $"{view.Self} leads in term {view.Store.Lease!.Term}"),
        _ => null,
    };

    /// <summary>The revision of the approval that lets this member lead; null when it needs none.</summary>
    internal static Revision? RevisionOf(ClusterView view) =>
        view.Policy.Strategy == FailoverStrategy.Hybrid && IsGranted(view) ? view.Store.Approval!.Revision : null;

    private static bool IsGranted(ClusterView view) => Current(view) is { } request && request.Candidate == view.Self && request.State switch
    {
        ApprovalState.Approved => true,
        ApprovalState.Pending => view.Policy.Approval.OnTimeout == ApprovalTimeoutAction.Promote && request.IsExpired(view.UtcNow),
        _ => false,
    };

    /// <summary>The request for the term that was lost; one for an earlier term means nothing.</summary>
    private static ApprovalRequest? Current(ClusterView view) => view.Store.Approval is { } request && request.LostTerm == LostTerm(view) ? request : null;

    private static Term LostTerm(ClusterView view) => view.Store.LastLeader?.Term ?? Term.None;

    private static Decision Ask(ClusterView view, string choice, ApprovalRequest? request) => request switch
    {
        { State: ApprovalState.Rejected, Votes: [.., var last] } =>
            new(Rule.AwaitOperator, $"{choice}, but {last.By} has rejected that: an operator names who leads (holdfast failover --candidate MEMBER), or {Former(view)} comes back"),

        { State: ApprovalState.Pending } when request.IsExpired(view.UtcNow) =>
            Request(view, choice, request, view.Policy.Approval.OnTimeout == ApprovalTimeoutAction.Escalate ? request.Escalation + 1 : request.Escalation,
                $"request {request.Id} was not answered in time: it is asked anew"),

        { IsOpen: true } when request.Candidate == view.Self || StillCouldLead(view, request.Candidate) =>
            new(Rule.AwaitApproval, Waiting(request)),

        { IsOpen: true } => Request(view, choice, request, request.Escalation, $"{request.Candidate} cannot lead any more: this member asks in its place"),

        _ => Request(view, choice, request, 0, $"{choice}; failover.strategy is hybrid, so people are asked"),
    };

    private static Decision Request(ClusterView view, string choice, ApprovalRequest? last, int escalation, string why) =>
        new(Rule.RequestApproval, why, new HaAction.WriteApproval(Compose(view, choice, last, escalation), view.Store.Approval?.Revision ?? Revision.Absent));

    private static ApprovalRequest Compose(ClusterView view, string choice, ApprovalRequest? last, int escalation)
    {
        var number = (last?.Number ?? 0) + 1;
        var lag = view.Store.Status.LastPosition.BytesAheadOf(view.Database.Position);
        return new()
        {
            Id = $"{LostTerm(view).Number}-{number}",
            State = ApprovalState.Pending,
            LostTerm = LostTerm(view),
            Former = view.Store.LastLeader?.Name,
            Reason = $"{Former(view)} has lost its lease, and nobody leads",
            Candidate = view.Self,
            Choice = choice,
            RunnersUp = RunnersUp(view),
            LagBytes = view.Database.Group is null ? Math.Max(0, lag) : null,
            Lag = view.Database.ReplayedAt is { } at && view.UtcNow > at ? view.UtcNow - at : null,
            WorstLoss = WorstLoss(view, lag),
            AskedAt = view.UtcNow,
            ExpiresAt = view.Policy.Approval.Timeout > TimeSpan.Zero ? view.UtcNow + view.Policy.Approval.Timeout : null,
            ApproversNeeded = view.Policy.Approval.Approvers,
            Escalation = escalation,
        };
    }

    private static ImmutableArray<RunnerUp> RunnersUp(ClusterView view) =>
    [
        .. Candidates.Ranked(view.Others).Select(report => new RunnerUp(report.Name, report switch
        {
            { Tags.MayLead: false } => "is tagged not to lead",
            { IsShortOfDisk: true } => "has no room on its disk",
            _ when !Candidates.CouldLead(report) => $"its database is {report.State.ToString().ToLowerInvariant()}",
            _ when !Candidates.MayHoldEveryWrite(view, report.Name) => "may lack acknowledged writes",
            { Position: { } position } when position < view.Database.Position => $"is {view.Database.Position.BytesAheadOf(position)} bytes behind the candidate",
            _ => "holds as much; the first by priority and name was chosen",
        })),
    ];

    private static string WorstLoss(ClusterView view, long lag) => view switch
    {
        { Database.Group: not null } => "nothing that was acknowledged: the candidate holds all that any member that was heard holds",
        { Policy.SynchronousMode: not SynchronousMode.Off } => "nothing that was acknowledged: the candidate is one that commits waited for",
        _ when lag > 0 => $"at least {lag} bytes of log that {Former(view)} had written, and what it wrote since it last told the store",
        _ => $"what {Former(view)} wrote since it last told the store, at most {view.Policy.LoopWait.TotalSeconds:0} s of writes and what was under way",
    };

    private static string Waiting(ApprovalRequest request) => request.State == ApprovalState.Approved
        ? $"{request.Candidate} was approved to lead, by {string.Join(" and ", request.Votes.Where(vote => vote.IsApproval).Select(vote => vote.By))}"
        : $"request {request.Id} asks whether {request.Candidate} may lead: it has {request.Votes.Count(vote => vote.IsApproval)} of {request.ApproversNeeded} approvals"
            + (request.ExpiresAt is { } at ? $" and can be answered until {at:u}" : "");

    private static bool StillCouldLead(ClusterView view, MemberName name) => view.Report(name) is { } report && Candidates.CouldLead(report);

    private static string Former(ClusterView view) => view.Store.LastLeader?.Name.Text ?? "the last leader";

    private static HaAction.WriteApproval Close(ApprovalRequest request, ApprovalState state, string outcome) =>
        new(request with { State = state, Outcome = outcome }, request.Revision);
}
