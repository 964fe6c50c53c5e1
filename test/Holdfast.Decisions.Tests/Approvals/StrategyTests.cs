using Holdfast.Decisions.Alerts;
using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Xunit;
using static Holdfast.Decisions.Tests.Views;
using Dynamic = Holdfast.Decisions.Configuration.DynamicConfiguration;

namespace Holdfast.Decisions.Tests.Approvals;

/// <summary>What the strategies let a member do without a person, and what a request says.</summary>
public sealed class StrategyTests
{
    private static ClusterView Hybrid => Leaderless.WithPolicy(policy => policy with { Strategy = FailoverStrategy.Hybrid });

    private static ClusterView Manual => Leaderless.WithPolicy(policy => policy with { Strategy = FailoverStrategy.Manual });

    [Fact]
    public void A_request_says_who_was_lost_who_would_lead_why_not_the_others_and_until_when()
    {
        var request = Asked(Hybrid);

        Assert.Equal("10-1", request.Id);
        Assert.Equal((Alpha, Beta, new Term(10)), (request.Former, request.Candidate, request.LostTerm));
        Assert.Equal([Gamma], request.RunnersUp.Select(other => other.Name));
        Assert.Equal(Hybrid.UtcNow.AddMinutes(15), request.ExpiresAt);
        Assert.NotEqual("", request.WorstLoss);
    }

    [Fact]
    public void Nothing_is_lost_at_worst_where_commits_waited_for_the_candidate()
    {
        Assert.StartsWith("nothing that was acknowledged", Asked(Hybrid.Synchronous(Beta)).WorstLoss, StringComparison.Ordinal);
        Assert.Contains("at least 500 bytes", Asked(Hybrid.WithStore(store => store with { Status = store.Status with { LastPosition = new LogPosition(1500) } })).WorstLoss, StringComparison.Ordinal);
    }

    [Fact]
    public void A_request_for_an_earlier_loss_means_nothing()
    {
        var stale = Hybrid.WithStore(store => store with { Approval = Asked(Hybrid) with { State = ApprovalState.Approved, LostTerm = new Term(9), Revision = new Revision(70) } });

        Assert.Equal(Rule.RequestApproval, TurnRules.Decide(stale).Leadership.Rule);
        Assert.Equal(new Revision(70), Assert.Single(TurnRules.Decide(stale).Leadership.Actions.OfType<HaAction.WriteApproval>()).Replaces);
    }

    [Fact]
    public void An_approval_of_another_member_lets_nobody_else_lead_and_is_asked_anew_when_that_one_cannot()
    {
        var other = Hybrid.WithStore(store => store with { Approval = Asked(Hybrid) with { State = ApprovalState.Approved, Candidate = Gamma, Revision = new Revision(70) } });

        Assert.Equal(Rule.AwaitApproval, TurnRules.Decide(other).Leadership.Rule);
        var gone = TurnRules.Decide(other.WithoutReport(Gamma)).Leadership;
        Assert.Equal(Rule.RequestApproval, gone.Rule);
        Assert.Equal("10-2", Assert.Single(gone.Actions.OfType<HaAction.WriteApproval>()).Request.Id);
    }

    [Fact]
    public void The_lease_is_taken_only_if_the_approval_still_stands()
    {
        var approved = Hybrid.WithStore(store => store with { Approval = Asked(Hybrid) with { State = ApprovalState.Approved, Revision = new Revision(70) } });

        Assert.Equal(new Revision(70), Assert.Single(TurnRules.Decide(approved).Leadership.Actions.OfType<HaAction.AcquireLease>()).ApprovalRevision);
    }

    [Theory]
    [InlineData(ApprovalTimeoutAction.Wait, Rule.RequestApproval, 0)]
    [InlineData(ApprovalTimeoutAction.Escalate, Rule.RequestApproval, 1)]
    [InlineData(ApprovalTimeoutAction.Promote, Rule.AcquireLease, null)]
    public void What_happens_when_nobody_answers_is_the_operators_choice(ApprovalTimeoutAction onTimeout, Rule rule, int? escalation)
    {
        var late = Hybrid
            .WithPolicy(policy => policy with { Approval = policy.Approval with { OnTimeout = onTimeout } })
            .WithStore(store => store with { Approval = Asked(Hybrid) with { ExpiresAt = Hybrid.UtcNow, Revision = new Revision(70) } });

        var decision = TurnRules.Decide(late).Leadership;

        Assert.Equal(rule, decision.Rule);
        Assert.Equal(escalation, decision.Actions.OfType<HaAction.WriteApproval>().FirstOrDefault()?.Request.Escalation);
    }

    [Theory]
    [InlineData("10-1", 0, 1, 0)]
    [InlineData("10-2", 0, 2, 0)]
    [InlineData("10-2", 1, 1, 1)]
    [InlineData("10-4", 2, 2, 2)]
    public void A_question_that_is_asked_anew_is_news_of_the_question_or_of_the_escalation(string id, int escalation, int waiting, int escalated)
    {
        var request = Asked(Hybrid) with { Id = id, Escalation = escalation };
        var view = Hybrid.WithStore(store => store with { Approval = request });
        var earlier = request.LostTerm.Number << 16;

        Assert.Contains(new AlertSample(AlertFigures.ApprovalWaiting, "", 1) { Asked = earlier + waiting }, AlertSamples.Of(view));
        Assert.Contains(new AlertSample(AlertFigures.ApprovalEscalations, "", escalation) { Asked = earlier + escalated }, AlertSamples.Of(view));
        Assert.Contains(new AlertSample(AlertFigures.ApprovalWaiting, "", 0), AlertSamples.Of(Hybrid));
    }

    [Fact]
    public void The_first_question_of_a_later_loss_is_news_though_the_one_before_was_asked_more_often()
    {
        Assert.True(Question(11, "11-1") > Question(10, "10-7"));

        static long? Question(long term, string id) => AlertSamples
            .Of(Hybrid.WithStore(store => store with { Approval = Asked(Hybrid) with { Id = id, LostTerm = new Term(term) } }))
            .Single(sample => sample.Figure == AlertFigures.ApprovalWaiting).Asked;
    }

    [Fact]
    public void The_checker_objects_to_a_lease_that_nobody_has_approved()
    {
        var taking = new Decision(Rule.AcquireLease, "", new HaAction.AcquireLease(Hybrid.Session.Id!.Value, Term.None, SyncRevision, null));

        Assert.NotEmpty(Invariants.Check(Hybrid, taking));
        Assert.NotEmpty(Invariants.Check(Manual, taking));
        Assert.Empty(Invariants.Check(Leaderless, taking));
        Assert.Empty(Invariants.Check(Manual.AskedToSwitch(null, Beta), taking));
    }

    [Fact]
    public void A_crashed_primary_whose_agent_lives_recovers_in_place_where_a_handover_needs_a_person()
    {
        var crashed = Healthy.Synchronous(Beta).Crashed(true).WithMemory(memory => memory with { DownSince = Now - TimeSpan.FromSeconds(1), DownReport = new Revision(1) });

        Assert.Equal(Rule.HandOverAfterCrash, TurnRules.Decide(crashed).Leadership.Rule);
        Assert.Equal(Rule.RecoverInPlace, TurnRules.Decide(crashed.WithPolicy(policy => policy with { Strategy = FailoverStrategy.Hybrid })).Leadership.Rule);
    }

    [Fact]
    public void A_request_is_closed_by_whoever_leads_after_it()
    {
        var pending = Healthy.WithStore(store => store with { Approval = Asked(Hybrid) with { Revision = new Revision(70) } });
        var closed = TurnRules.Decide(pending).Reporting.Actions.OfType<HaAction.WriteApproval>().Single().Request;

        Assert.Equal(ApprovalState.Withdrawn, closed.State);
        Assert.Contains("is back", closed.Outcome, StringComparison.Ordinal);
        Assert.Equal(new Revision(70), closed.Revision);
    }

    [Fact]
    public void The_strategy_is_read_from_the_configuration_and_what_makes_no_sense_is_warned_of()
    {
        var reading = Dynamic.ToPolicy("""{"failover": {"strategy": "Hybrid", "approval_timeout": "10min", "on_timeout": "escalate", "approvers": 2}}""");

        Assert.Empty(reading.Warnings);
        Assert.Equal(FailoverStrategy.Hybrid, reading.Policy.Strategy);
        Assert.Equal(new ApprovalPolicy(TimeSpan.FromMinutes(10), ApprovalTimeoutAction.Escalate, 2), reading.Policy.Approval);
        var wrong = Dynamic.ToPolicy("""{"failover": {"strategy": "sometimes"}}""");
        Assert.Equal(FailoverStrategy.Automatic, wrong.Policy.Strategy);
        Assert.Contains("automatic, manual, hybrid", Assert.Single(wrong.Warnings), StringComparison.Ordinal);
    }

    private static ApprovalRequest Asked(ClusterView view) => Assert.Single(TurnRules.Decide(view).Leadership.Actions.OfType<HaAction.WriteApproval>()).Request;
}
