using Holdfast.Decisions.Reporting;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

/// <summary>How a primary asks routers to pause their clients, and how long it waits for them.</summary>
public class DrainingTests
{
    private static readonly Revision Request = new(60);

    [Fact]
    public void The_primary_asks_for_a_pause_from_when_all_else_is_ready_until_it_has_stopped()
    {
        Assert.Equal(Request, ReportRules.ReportOf(ReadyToStop.WithRouter(null)).DrainsFor);
        Assert.Equal(Request, ReportRules.ReportOf(ReadyToStop.WithRouter(Request)).DrainsFor);
        Assert.Null(ReportRules.ReportOf(ReadyToStop.StoppedCleanly(true).WithRouter(Request)).DrainsFor);
    }

    [Fact]
    public void Nobody_is_asked_to_pause_without_routers_or_while_something_else_comes_first()
    {
        Assert.Null(ReportRules.ReportOf(ReadyToStop).DrainsFor);
        Assert.Null(ReportRules.ReportOf(Healthy.WithRouter(null)).DrainsFor);
        Assert.Null(ReportRules.ReportOf(Healthy.AskedToSwitch(Alpha, Beta).WithRouter(null)).DrainsFor);
    }

    [Fact]
    public void A_primary_without_its_lease_asks_for_nothing() =>
        Assert.Null(ReportRules.ReportOf(ReadyToStop.WithRouter(null).WithoutLease()).DrainsFor);

    [Fact]
    public void One_router_that_has_not_paused_is_waited_for()
    {
        var view = ReadyToStop.WithStore(store => store with { Routers = [new("router-1", Request), new("router-2", null)] });

        var decision = TurnRules.Decide(view).Leadership;

        Assert.Equal(Rule.DrainClients, decision.Rule);
        Assert.Empty(decision.Actions);
        Assert.Contains("router-2", decision.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("router-1", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_wait_for_routers_is_timed_from_when_the_request_was_published()
    {
        var asked = ReadyToStop.WithRouter(null);
        var published = asked.WithReport(Alpha, report => report with { DrainsFor = Request });
        var memory = Remembering.Step(published);
        var later = published with { Now = Now + TimeSpan.FromSeconds(9), Memory = memory };

        Assert.Null(Remembering.Step(asked).DrainingSince);
        Assert.Equal(Now, memory.DrainingSince);
        Assert.Equal(Now, Remembering.Step(later).DrainingSince);
        Assert.Null(Remembering.Step(later.WithStore(store => store with { Switchover = null })).DrainingSince);
    }
}
