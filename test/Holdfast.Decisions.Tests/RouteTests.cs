using Holdfast.Decisions.Reporting;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

/// <summary>How long it took until clients were served by a new leader: the router says that they are, the leader how long it took.</summary>
public class RouteTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static RouteReport Served { get; } = new(new Term(10), "router-1", TimeSpan.Zero, false, new Revision(90));

    [Fact]
    public void It_counts_from_when_the_database_takes_writes_without_the_time_in_which_nobody_asked()
    {
        var view = Told(Served with { Idle = 2 * Second }, servingFor: 5 * Second);

        Assert.Equal(new HaAction.RecordRoute(view.Store.Route!, 3 * Second), Assert.Single(ReportRules.Decide(view).Actions));
    }

    [Fact]
    public void A_router_that_claims_more_than_has_passed_is_not_believed_further_than_that() =>
        Assert.Equal(TimeSpan.Zero, Assert.IsType<HaAction.RecordRoute>(Assert.Single(ReportRules.Decide(Told(Served with { Idle = 100 * Second }, Second)).Actions)).Took);

    [Fact]
    public void It_is_written_down_once_a_term_whatever_routers_say()
    {
        var told = Told(Served, Second);

        Assert.Empty(ReportRules.Decide(told.WithStore(store => store with { Route = Served with { IsRecorded = true } })).Actions);
        Assert.Empty(ReportRules.Decide(told.WithMemory(memory => memory with { Takeover = memory.Takeover with { IsRouted = true } })).Actions);
        Assert.Empty(ReportRules.Decide(told.WithMemory(memory => memory with { Takeover = memory.Takeover with { RouteTries = 5 } })).Actions);
        Assert.Empty(ReportRules.Decide(told.WithStore(store => store with { Route = Served with { Term = new Term(9) } })).Actions);
        Assert.Empty(ReportRules.Decide(told.WithStore(store => store with { Route = Served with { Term = new Term(11) } })).Actions);
    }

    [Fact]
    public void The_leader_is_written_down_first() =>
        Assert.IsType<HaAction.RecordLeader>(Assert.Single(ReportRules.Decide(Told(Served, Second).WithStore(store => store with { LastLeader = new(Beta, new Term(9)) })).Actions));

    [Fact]
    public void Who_does_not_lead_writes_nothing_down() =>
        Assert.Empty(ReportRules.Decide(Following.WithStore(store => store with { Route = Served })).Actions);

    [Fact]
    public void A_new_leader_s_clock_starts_when_its_database_takes_writes_and_the_next_term_has_one_of_its_own()
    {
        var promoting = Remembering.Step(Following.WithLeader(Beta));
        var serving = Remembering.Step(Healthy with { Memory = promoting });
        var later = Remembering.Step(Healthy with { Now = Now + Second, Memory = serving });
        var leaderless = Remembering.Step(Leaderless with { Memory = later with { Takeover = later.Takeover with { IsRouted = true } } });

        Assert.Null(promoting.Takeover.ServingAt);
        Assert.Equal((Now, Now), (serving.Takeover.ServingAt, later.Takeover.ServingAt));
        Assert.Equal((null, false), (leaderless.Takeover.ServingAt, leaderless.Takeover.IsRouted));
    }

    private static ClusterView Told(RouteReport report, TimeSpan servingFor) => Healthy
        .WithStore(store => store with { Route = report })
        .WithMemory(memory => memory with { Takeover = new() { ServingAt = Now - servingFor } });
}
