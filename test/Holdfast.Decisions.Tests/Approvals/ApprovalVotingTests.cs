using Holdfast.Decisions.Approvals;
using Holdfast.Model;
using Holdfast.Model.Approvals;
using Xunit;

namespace Holdfast.Decisions.Tests.Approvals;

/// <summary>What people's answers do to a request.</summary>
public sealed class ApprovalVotingTests
{
    private static readonly DateTimeOffset Now = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static ApprovalRequest Open { get; } = new()
    {
        Id = "10-1",
        State = ApprovalState.Pending,
        LostTerm = new Term(10),
        Reason = "alpha is lost",
        Candidate = new MemberName("beta"),
        Choice = "it is the best",
        WorstLoss = "nothing",
        AskedAt = Now,
        ExpiresAt = Now.AddMinutes(15),
        Revision = new Revision(7),
    };

    [Fact]
    public void One_approval_lets_the_candidate_lead_where_one_is_needed()
    {
        var (next, words) = ApprovalVoting.Apply(Open, "10-1", null, Yes("alice"));

        Assert.Equal(ApprovalState.Approved, next!.State);
        Assert.Equal("alice", Assert.Single(next.Votes).By);
        Assert.Equal(Open.Revision, next.Revision);
        Assert.Contains("beta leads now", words, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_people_approve_where_two_are_needed_and_nobody_counts_twice()
    {
        var two = Open with { ApproversNeeded = 2 };

        var (first, words) = ApprovalVoting.Apply(two, null, null, Yes("alice"));
        Assert.Equal(ApprovalState.Pending, first!.State);
        Assert.Contains("1 of 2", words, StringComparison.Ordinal);
        var (again, refusal) = ApprovalVoting.Apply(first, null, null, Yes("alice"));
        Assert.Null(again);
        Assert.Contains("has answered", refusal, StringComparison.Ordinal);
        Assert.Equal(ApprovalState.Approved, ApprovalVoting.Apply(first, null, null, Yes("bob")).Next!.State);
    }

    [Fact]
    public void One_rejection_ends_a_request_whoever_has_approved_before()
    {
        var (first, _) = ApprovalVoting.Apply(Open with { ApproversNeeded = 2 }, null, null, Yes("alice"));

        var (next, _) = ApprovalVoting.Apply(first, null, null, Yes("bob") with { IsApproval = false });

        Assert.Equal(ApprovalState.Rejected, next!.State);
        Assert.Equal("bob has rejected it", next.Outcome);
    }

    [Fact]
    public void An_answer_counts_until_the_last_moment_and_not_at_it()
    {
        Assert.NotNull(ApprovalVoting.Apply(Open, null, null, Yes("alice") with { At = Open.ExpiresAt!.Value.AddMilliseconds(-1) }).Next);
        var (late, words) = ApprovalVoting.Apply(Open, null, null, Yes("alice") with { At = Open.ExpiresAt.Value });
        Assert.Null(late);
        Assert.Contains("could be answered until", words, StringComparison.Ordinal);
        Assert.NotNull(ApprovalVoting.Apply(Open with { ExpiresAt = null }, null, null, Yes("alice") with { At = Now.AddYears(1) }).Next);
    }

    [Theory]
    [InlineData(ApprovalState.Approved)]
    [InlineData(ApprovalState.Rejected)]
    [InlineData(ApprovalState.Withdrawn)]
    [InlineData(ApprovalState.Done)]
    public void A_request_that_is_no_longer_pending_takes_no_answer(ApprovalState state)
    {
        var (next, words) = ApprovalVoting.Apply(Open with { State = state }, null, null, Yes("alice"));

        Assert.Null(next);
        Assert.Contains($"is {ApprovalVoting.Words(state)} already", words, StringComparison.Ordinal);
    }

    [Fact]
    public void An_answer_to_another_request_or_to_none_or_after_somebody_leads_does_nothing()
    {
        Assert.Null(ApprovalVoting.Apply(null, null, null, Yes("alice")).Next);
        Assert.Null(ApprovalVoting.Apply(Open, "9-1", null, Yes("alice")).Next);
        Assert.Null(ApprovalVoting.Apply(Open, null, new LeaderLease(new MemberName("gamma"), new Term(11), null), Yes("alice")).Next);
        Assert.NotNull(ApprovalVoting.Apply(Open, null, new LeaderLease(new MemberName("alpha"), new Term(10), null), Yes("alice")).Next);
    }

    private static ApprovalVote Yes(string by) => new(by, true, Now, "rest", null);
}
