using Holdfast.Decisions.Leadership;
using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

/// <summary>Who leads after a crash, and what proves that it may.</summary>
public sealed class SuccessorTests
{
    private static readonly Revision Down = new(50);

    /// <summary>Alpha's primary is dead and alpha said so; beta is synchronous, gamma is not and has more log.</summary>
    private static ClusterView Crashed => Healthy.Synchronous(Beta).Crashed(true)
        .WithMemory(memory => memory with { DownSince = Now - TimeSpan.FromSeconds(1), DownReport = Down })
        .WithReport(Beta, report => report with { Revision = new Revision(51), IsStreaming = false, Position = new LogPosition(1000) })
        .WithReport(Gamma, report => report with { Revision = new Revision(52), IsStreaming = false, Position = new LogPosition(1200) });

    [Fact]
    public void The_member_whose_log_goes_furthest_is_given_the_lease()
    {
        var decision = LeadershipRules.Decide(Crashed);

        Assert.Equal(Gamma, Assert.IsType<HaAction.HandOver>(Assert.Single(decision.Actions)).To);
        Assert.Empty(Invariants.Check(Crashed, decision));
    }

    [Fact]
    public void A_report_from_before_the_crash_proves_nothing()
    {
        var view = Crashed.WithReport(Beta, report => report with { Revision = new Revision(49) });

        var decision = LeadershipRules.Decide(view);

        Assert.Equal(Beta, Assert.IsType<HaAction.HandOver>(Assert.Single(decision.Actions)).To);
    }

    [Fact]
    public void A_member_with_less_log_than_the_synchronous_standby_is_passed_over()
    {
        var view = Crashed.WithReport(Gamma, report => report with { Position = new LogPosition(900) });

        Assert.Equal(Beta, Assert.IsType<HaAction.HandOver>(Assert.Single(LeadershipRules.Decide(view).Actions)).To);
    }

    [Fact]
    public void The_invariants_object_to_a_hand_over_to_a_member_that_may_lack_writes()
    {
        var view = Crashed.WithReport(Gamma, report => report with { Position = new LogPosition(900) });
        var wrong = new Decision(Rule.HandOverAfterCrash, "", new HaAction.HandOver(new Term(10), Gamma, SessionOf(Gamma), SyncRevision, null, null));

        Assert.NotEmpty(Invariants.Check(view, wrong));
    }

    [Fact]
    public void A_lease_that_merely_ended_lets_no_other_than_a_synchronous_standby_lead()
    {
        var view = (Leaderless with { Self = Gamma, Session = Healthy.Session with { Id = SessionOf(Gamma) } })
            .Synchronous(Beta)
            .WithReport(Beta, report => report with { Revision = new Revision(41) })
            .WithReport(Gamma, report => report with { Revision = new Revision(42) });

        Assert.Equal(Rule.NotSynchronous, LeadershipRules.Decide(view).Rule);
    }
}
