using Holdfast.Model;
using Holdfast.Model.Approvals;

namespace Holdfast.Decisions.Approvals;

/// <summary>What a person's answer does to a request: late, second, and out-of-date answers do nothing but say so.</summary>
public static class ApprovalVoting
{
    /// <summary>The request after the vote, or null with the reason why the vote does not count.</summary>
    /// <param name="request">As the store holds it now; null when it holds none.</param>
    /// <param name="id">Of the request that is answered; null for the one that is open.</param>
    /// <param name="lease">Who leads now; null for nobody.</param>
    /// <param name="vote">The answer.</param>
    public static (ApprovalRequest? Next, string Words) Apply(ApprovalRequest? request, string? id, LeaderLease? lease, ApprovalVote vote) => request switch
    {
        null => (null, "nobody asks for an approval"),
        _ when id is not null && id != request.Id => (null, $"there is no open request {id}; the present one is {request.Id}, {Words(request.State)}"),
        { State: not ApprovalState.Pending } => (null, $"request {request.Id} is {Words(request.State)} already{(request.Outcome is { } outcome ? $": {outcome}" : "")}"),
        _ when lease is { } present && present.Term > request.LostTerm => (null, $"request {request.Id} is about term {request.LostTerm}; {present.Holder} leads in term {present.Term} since"),
        _ when request.IsExpired(vote.At) => (null, $"request {request.Id} could be answered until {request.ExpiresAt:u}"),
        _ when request.Votes.Any(earlier => earlier.By == vote.By) => (null, $"{vote.By} has answered request {request.Id} already"),
        _ when !vote.IsApproval => (With(request, vote) with { State = ApprovalState.Rejected, Outcome = $"{vote.By} has rejected it" }, $"request {request.Id} is rejected"),
        _ => Approved(With(request, vote)),
    };

    public static string Words(ApprovalState state) => state.ToString().ToLowerInvariant();

    private static (ApprovalRequest Next, string Words) Approved(ApprovalRequest request)
    {
        var given = request.Votes.Count(vote => vote.IsApproval);
        return given >= request.ApproversNeeded
            ? (request with { State = ApprovalState.Approved }, $"request {request.Id} is approved: {request.Candidate} leads now")
            : (request, $"request {request.Id} has {given} of {request.ApproversNeeded} approvals");
    }

    private static ApprovalRequest With(ApprovalRequest request, ApprovalVote vote) => request with { Votes = request.Votes.Add(vote) };
}
