using Holdfast.Decisions.Routing;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Routing.RoutingViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Routing;

public class RoutingRulesTests
{
    private static readonly MemberHealth AsPrimary = new(DatabaseRole.Primary, new Timeline(1), null, null);
    private static readonly MemberHealth AsReplica = new(DatabaseRole.Replica, new Timeline(1), 0, TimeSpan.Zero);

    [Fact]
    public void Writes_go_to_the_holder_of_the_lease_that_is_a_primary_in_its_term()
    {
        var plan = RoutingRules.Decide(Routed);

        Assert.Equal((Alpha, Alpha, new Term(10)), (plan.Primary, plan.Leader, plan.Term));
    }

    [Fact]
    public void An_agent_that_does_not_say_its_term_is_believed() =>
        Assert.Equal(Alpha, RoutingRules.Decide(Routed.WithReport(Alpha, report => report with { Term = null })).Primary);

    [Fact]
    public void A_primary_without_the_lease_gets_no_writes()
    {
        Assert.Null(RoutingRules.Decide(Routed with { Lease = null }).Primary);
        Assert.Null(RoutingRules.Decide(Routed.LedBy(Beta, 20)).Primary);
    }

    [Fact]
    public void A_holder_of_the_lease_that_is_not_promoted_yet_gets_no_writes()
    {
        var plan = RoutingRules.Decide(Routed.LedBy(Beta, 20));

        Assert.Null(plan.Primary);
        Assert.Equal((Beta, new Term(20)), (plan.Leader, plan.Term));
        Assert.Contains("not a primary yet", plan.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(9)]
    [InlineData(11)]
    public void A_report_of_another_term_is_not_gone_by(long term) =>
        Assert.Null(RoutingRules.Decide(Routed.WithReport(Alpha, report => report with { Term = new Term(term) })).Primary);

    [Fact]
    public void A_leader_without_a_report_gets_no_writes() =>
        Assert.Null(RoutingRules.Decide(Routed with { Members = Routed.Members.RemoveAt(0) }).Primary);

    [Theory]
    [InlineData(MemberState.Starting)]
    [InlineData(MemberState.Stopped)]
    [InlineData(MemberState.Crashed)]
    public void A_leader_whose_database_does_not_run_gets_no_writes(MemberState state) =>
        Assert.Null(RoutingRules.Decide(Routed.WithReport(Alpha, report => report with { State = state })).Primary);

    [Fact]
    public void An_older_term_than_was_seen_changes_nothing_and_gets_no_writes()
    {
        var plan = RoutingRules.Decide(Routed with { SeenTerm = new Term(11) });

        Assert.Null(plan.Primary);
        Assert.Null(plan.Leader);
        Assert.Equal(new Term(11), plan.Term);
    }

    [Fact]
    public void A_later_term_is_remembered_whether_or_not_there_is_a_primary_in_it() =>
        Assert.Equal(new Term(20), RoutingRules.Decide(Routed.LedBy(Beta, 20)).Term);

    [Fact]
    public void A_pause_that_the_primary_asks_for_is_passed_on()
    {
        Assert.Equal(new Revision(60), RoutingRules.Decide(Routed.WithReport(Alpha, report => report with { DrainsFor = new Revision(60) })).DrainsFor);
        Assert.Null(RoutingRules.Decide(Routed.WithReport(Beta, report => report with { DrainsFor = new Revision(60) })).DrainsFor);
        Assert.Null(RoutingRules.Decide(Routed).DrainsFor);
    }

    [Fact]
    public void Without_the_store_the_only_member_that_says_that_it_is_the_primary_gets_writes()
    {
        var lost = Routed.Saying(Alpha, AsReplica).Saying(Beta, AsPrimary) with { IsStoreLost = true };

        Assert.Equal(Beta, RoutingRules.Decide(lost).Primary);
    }

    [Fact]
    public void Without_the_store_the_primary_of_the_latest_timeline_gets_writes()
    {
        var lost = Routed.Saying(Alpha, AsPrimary).Saying(Beta, AsPrimary with { Timeline = new Timeline(2) }) with { IsStoreLost = true };

        Assert.Equal(Beta, RoutingRules.Decide(lost).Primary);
    }

    [Fact]
    public void Without_the_store_and_without_a_word_of_the_members_the_last_leader_gets_writes()
    {
        Assert.Equal(Alpha, RoutingRules.Decide(Routed with { IsStoreLost = true }).Primary);
        Assert.Null(RoutingRules.Decide(Routed with { IsStoreLost = true, Lease = null }).Primary);
    }

    [Fact]
    public void A_connection_must_end_once_somebody_else_leads_in_a_later_term()
    {
        var plan = RoutingRules.Decide(Routed.LedBy(Beta, 20).WithReport(Beta, report => report with { Role = DatabaseRole.Primary }));

        Assert.True(plan.MustCut(Alpha, new Term(10)));
        Assert.False(plan.MustCut(Beta, new Term(20)));
    }

    [Fact]
    public void A_connection_goes_on_while_its_member_leads_again_or_nobody_leads()
    {
        Assert.False(RoutingRules.Decide(Routed.LedBy(Alpha, 20)).MustCut(Alpha, new Term(10)));
        Assert.False(RoutingRules.Decide(Routed with { Lease = null }).MustCut(Alpha, new Term(10)));
    }

    [Fact]
    public void A_connection_must_end_once_its_member_says_that_it_is_no_primary() =>
        Assert.True(RoutingRules.Decide(Routed.WithReport(Alpha, report => report with { Role = DatabaseRole.Replica })).MustCut(Alpha, new Term(10)));

    [Fact]
    public void Without_the_store_a_member_s_own_word_decides_whose_connections_end()
    {
        var plan = RoutingRules.Decide(Routed.Saying(Alpha, AsReplica).Saying(Beta, AsPrimary) with { IsStoreLost = true });

        Assert.True(plan.MustCut(Alpha, new Term(10)));
        Assert.False(plan.MustCut(Beta, new Term(10)));
        Assert.Equal([true, false, true], plan.Members.Select(member => member.TakesReads));
    }

    [Fact]
    public void An_older_term_cuts_nothing() =>
        Assert.False(RoutingRules.Decide(Routed.LedBy(Beta, 9)).MustCut(Alpha, new Term(10)));
}
