using Holdfast.Decisions.Routing;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Routing.RoutingViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Routing;

/// <summary>Which members take reads.</summary>
public class ReadRulesTests
{
    private static readonly MemberHealth Level = new(DatabaseRole.Replica, new Timeline(1), 0, TimeSpan.Zero);

    [Fact]
    public void Replicas_take_reads_and_the_primary_does_not() =>
        Assert.Equal([Beta, Gamma], Readers(Routed));

    [Fact]
    public void A_replica_that_does_not_run_takes_none() =>
        Assert.Equal([Gamma], Readers(Routed.WithReport(Beta, report => report with { State = MemberState.Starting })));

    [Fact]
    public void A_replica_tagged_noloadbalance_takes_none() =>
        Assert.Equal([Gamma], Readers(Routed.WithReport(Beta, report => report with { Tags = report.Tags with { NoLoadBalance = true } })));

    [Fact]
    public void A_replica_takes_none_from_one_byte_beyond_the_limit()
    {
        var limited = Routed with { Policy = new RoutingPolicy { MaxLagBytes = 1000 } };

        Assert.Equal([Beta, Gamma], Readers(limited.Saying(Beta, Level with { LagBytes = 1000 })));
        Assert.Equal([Gamma], Readers(limited.Saying(Beta, Level with { LagBytes = 1001 })));
    }

    [Fact]
    public void A_replica_that_is_too_late_takes_none()
    {
        var limited = Routed with { Policy = new RoutingPolicy { MaxLag = TimeSpan.FromSeconds(5) } };

        Assert.Equal([Beta, Gamma], Readers(limited.Saying(Beta, Level with { Lag = TimeSpan.FromSeconds(5) })));
        Assert.Equal([Gamma], Readers(limited.Saying(Beta, Level with { Lag = TimeSpan.FromSeconds(5.1) })));
    }

    [Fact]
    public void A_limit_of_zero_is_none()
    {
        var unlimited = Routed with { Policy = new RoutingPolicy { MaxLagBytes = 0, MaxLag = TimeSpan.Zero } };

        Assert.Equal([Beta, Gamma], Readers(unlimited.Saying(Beta, Level with { LagBytes = long.MaxValue, Lag = TimeSpan.FromDays(1) })));
    }

    [Fact]
    public void A_replica_that_does_not_stream_takes_some_only_when_its_lag_is_known()
    {
        var still = Routed.WithReport(Beta, report => report with { IsStreaming = false });

        Assert.Equal([Gamma], Readers(still));
        Assert.Equal([Beta, Gamma], Readers(still.Saying(Beta, Level)));
    }

    [Fact]
    public void Whoever_takes_none_is_told_why()
    {
        var limited = Routed with { Policy = new RoutingPolicy { MaxLagBytes = 1000 } };

        Assert.Contains("1001 bytes", RoutingRules.Decide(limited.Saying(Beta, Level with { LagBytes = 1001 })).Members[1].Reason, StringComparison.Ordinal);
    }

    private static IEnumerable<MemberName> Readers(RoutingView view) =>
        RoutingRules.Decide(view).Members.Where(member => member.TakesReads).Select(member => member.Name);
}
