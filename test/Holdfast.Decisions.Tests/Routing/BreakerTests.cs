using Holdfast.Decisions.Routing;
using Xunit;

namespace Holdfast.Decisions.Tests.Routing;

public class BreakerTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly BreakerPolicy Policy = new(3, Second, 5 * Second, 0);

    [Fact]
    public void So_many_failures_in_a_row_open_it()
    {
        var twice = Breaker.Closed.FailedAt(Second, Policy).FailedAt(Second, Policy);
        var open = twice.FailedAt(Second, Policy);

        Assert.Equal(("closed", true), (twice.State(Second), twice.MayTry(Second)));
        Assert.Equal(("open", false), (open.State(Second), open.MayTry(Second)));
    }

    [Fact]
    public void A_success_in_between_begins_the_count_anew() =>
        Assert.Equal(Breaker.Closed, Breaker.Succeeded());

    [Fact]
    public void It_becomes_half_open_once_its_time_is_over()
    {
        var open = Opened(at: Second);

        Assert.Equal("open", open.State((2 * Second) - TimeSpan.FromTicks(1)));
        Assert.Equal("half-open", open.State(2 * Second));
    }

    [Fact]
    public void Half_open_it_lets_one_probe_through_at_a_time()
    {
        var open = Opened(at: Second);
        var probing = open.Began(2 * Second);

        Assert.True(open.MayTry(2 * Second));
        Assert.False(probing.MayTry(2 * Second));
        Assert.True(probing.Abandoned().MayTry(2 * Second));
    }

    [Fact]
    public void Each_failed_probe_doubles_the_time_up_to_the_limit()
    {
        var breaker = Opened(at: TimeSpan.Zero);
        List<double> seconds = [];
        for (var now = breaker.OpenUntil!.Value; seconds.Count < 4; now = breaker.OpenUntil!.Value)
        {
            breaker = breaker.Began(now).FailedAt(now, Policy);
            seconds.Add((breaker.OpenUntil!.Value - now).TotalSeconds);
        }

        Assert.Equal([2, 4, 5, 5], seconds);
    }

    [Fact]
    public void A_failure_that_began_before_it_opened_does_not_lengthen_its_time() =>
        Assert.Equal(2 * Second, Opened(at: Second).FailedAt(1.5 * Second, Policy).OpenUntil);

    [Fact]
    public void A_closed_one_begins_nothing_that_keeps_others_out() =>
        Assert.True(Breaker.Closed.Began(Second).MayTry(Second));

    private static Breaker Opened(TimeSpan at) =>
        Enumerable.Range(0, Policy.Failures).Aggregate(Breaker.Closed, (breaker, _) => breaker.FailedAt(at, Policy));
}
