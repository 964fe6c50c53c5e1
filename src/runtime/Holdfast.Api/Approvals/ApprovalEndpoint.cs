using Holdfast.Api.Contracts;
using Holdfast.Api.Operations;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Decisions.Approvals;
using Holdfast.Model.Approvals;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Approvals;

/// <summary>Shows what people are asked, and takes their answers.</summary>
internal sealed class ApprovalEndpoint(IMemberControl control)
{
    public const string Path = "/holdfast/v1/approvals";

    /// <summary>In place of an id: the request that is open.</summary>
    private const string Open = "open";

    private const int CommentLengthMax = 1000;

    public static Reply Get(MemberSnapshot snapshot, RestApiOptions options) =>
        Reply.Json(StatusCodes.Status200OK, ListOf(snapshot, options), ApiJson.Wire.ApprovalList);

    public static ApprovalList ListOf(MemberSnapshot snapshot, RestApiOptions options) => new()
    {
        Scope = options.Scope,
        Strategy = snapshot.Policy.Strategy.ToString().ToLowerInvariant(),
        Approvals = snapshot.View?.Store.Approval is { } request ? [StatusOf(request)] : [],
    };

    public static bool IsVote(string method, string path) => method == HttpMethods.Post && Parse(path) is not null;

    public async Task<Reply> PostAsync(string path, RequestBody body, string by, string via, MemberSnapshot snapshot, CancellationToken cancellationToken)
    {
        var (id, isApproval) = Parse(path)!.Value;
        var comment = body.Text("comment");
        if (comment?.Length > CommentLengthMax)
        {
            return Reply.Words(StatusCodes.Status400BadRequest, $"comment must have at most {CommentLengthMax} letters");
        }

        var answer = await control.VoteAsync(id == Open ? null : id, new ApprovalVote(by, isApproval, snapshot.UtcNow, via, comment), cancellationToken);
        return Reply.Words(
            answer.Outcome switch
            {
                ControlOutcome.Done => StatusCodes.Status200OK,
                ControlOutcome.Refused or ControlOutcome.Conflict => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status503ServiceUnavailable,
            },
            answer.Words);
    }

    public static (string Id, bool IsApproval)? Parse(string path) =>
        path.StartsWith(Path + "/", StringComparison.Ordinal) && path[(Path.Length + 1)..].TrimEnd('/').Split('/') is [{ Length: > 0 } id, var verb]
            ? verb switch
            {
                "approve" => (id, true),
                "reject" => (id, false),
                _ => null,
            }
            : null;

    private static ApprovalStatus StatusOf(ApprovalRequest request) => new()
    {
        Id = request.Id,
        State = ApprovalVoting.Words(request.State),
        Term = request.LostTerm.Number,
        Former = request.Former?.Text,
        Reason = request.Reason,
        Candidate = request.Candidate.Text,
        Choice = request.Choice,
        RunnersUp = [.. request.RunnersUp.Select(other => new RunnerUpStatus(other.Name.Text, other.Why))],
        LagBytes = request.LagBytes,
        LagSeconds = request.Lag?.TotalSeconds,
        WorstLoss = request.WorstLoss,
        AskedAt = request.AskedAt,
        ExpiresAt = request.ExpiresAt,
        ApproversNeeded = request.ApproversNeeded,
        Escalation = request.Escalation,
        Votes = [.. request.Votes.Select(vote => new ApprovalVoteStatus(vote.By, vote.IsApproval, vote.At, vote.Via, vote.Comment))],
        Outcome = request.Outcome,
    };
}
