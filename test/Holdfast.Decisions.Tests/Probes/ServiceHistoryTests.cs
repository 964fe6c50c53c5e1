using Holdfast.Model.Probes;
using Xunit;

namespace Holdfast.Decisions.Tests.Probes;

/// <summary>Availability, error budget and burn rate over windows of time.</summary>
public sealed class ServiceHistoryTests
{
    private const double ThreeNines = 0.999;
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Where_nothing_was_measured_availability_is_unknown_and_the_budget_is_whole()
    {
        Assert.Null(ServiceHistory.Empty.Over(ServiceHistory.Month, Noon).Availability);
        Assert.Equal(1, ServiceHistory.Empty.BudgetLeft(ThreeNines, Noon));
        Assert.Equal(0, ServiceHistory.Empty.BurnRateNow(ThreeNines, Noon));
    }

    [Fact]
    public void Availability_is_the_part_of_the_measured_time()
    {
        var history = ServiceHistory.Empty.Add(Noon, Time(90, 10));

        Assert.All(
            [ServiceHistory.Hour, ServiceHistory.Day, ServiceHistory.Month],
            window => Assert.Equal(0.9, history.Over(window, Noon).Availability!.Value, 9));
    }

    [Fact]
    public void An_outage_leaves_the_hour_the_day_and_the_month_in_turn()
    {
        var history = ServiceHistory.Empty.Add(Noon, Time(0, 5));

        Assert.Equal([5d, 5d, 5d], Downs(history, Noon.AddMinutes(59)));
        Assert.Equal([0d, 5d, 5d], Downs(history, Noon.AddMinutes(60)));
        Assert.Equal([0d, 5d, 5d], Downs(history, Noon.AddHours(23.5)));
        Assert.Equal([0d, 0d, 5d], Downs(history, Noon.AddHours(24)));
        Assert.Equal([0d, 0d, 5d], Downs(history, Noon.AddDays(29.5)));
        Assert.Equal([0d, 0d, 0d], Downs(history, Noon.AddDays(30)));
    }

    [Fact]
    public void Buckets_stay_few_however_long_it_goes_on()
    {
        var history = ServiceHistory.Empty;
        for (var at = Noon; at < Noon.AddDays(60); at = at.AddMinutes(7))
        {
            history = history.Add(at, Time(1, 0));
        }

        Assert.InRange(history.Minutes.Buckets.Length, 1, 60);
        Assert.InRange(history.Quarters.Buckets.Length, 1, 96);
        Assert.InRange(history.Watches.Buckets.Length, 1, 120);
    }

    [Fact]
    public void A_calendar_that_was_set_back_loses_nothing_and_keeps_nothing_for_ever()
    {
        var history = ServiceHistory.Empty.Add(Noon.AddDays(400), Time(0, 3)).Add(Noon, Time(0, 4));

        Assert.Equal([7d, 7d, 7d], Downs(history, Noon));
        Assert.Equal([0d, 0d, 0d], Downs(history, Noon.AddDays(31)));
    }

    [Fact]
    public void The_budget_is_the_objectives_part_of_thirty_days_and_may_be_overdrawn()
    {
        var allowed = TimeSpan.FromDays(30) * (1 - ThreeNines);

        Assert.Equal(0.5, ServiceHistory.Empty.Add(Noon, Time(0, allowed.TotalSeconds / 2)).BudgetLeft(ThreeNines, Noon), 9);
        Assert.Equal(0, ServiceHistory.Empty.Add(Noon, Time(0, allowed.TotalSeconds)).BudgetLeft(ThreeNines, Noon), 9);
        Assert.Equal(-1, ServiceHistory.Empty.Add(Noon, Time(0, allowed.TotalSeconds * 2)).BudgetLeft(ThreeNines, Noon), 9);
    }

    [Fact]
    public void A_prober_that_has_just_begun_does_not_burn_faster_than_the_outage_is_long()
    {
        var history = ServiceHistory.Empty.Add(Noon, Time(0, 3.6));

        Assert.Equal(1, history.BurnRate(ThreeNines, ServiceHistory.Hour, Noon), 9);
    }

    [Fact]
    public void What_is_over_burns_no_more_after_five_minutes()
    {
        var history = ServiceHistory.Empty.Add(Noon, Time(0, 60));

        Assert.Equal(history.BurnRate(ThreeNines, ServiceHistory.Hour, Noon), history.BurnRateNow(ThreeNines, Noon.AddMinutes(4)));
        Assert.Equal(0, history.BurnRateNow(ThreeNines, Noon.AddMinutes(5)));
    }

    private static double[] Downs(ServiceHistory history, DateTimeOffset now) =>
        [.. new[] { ServiceHistory.Hour, ServiceHistory.Day, ServiceHistory.Month }.Select(window => history.Over(window, now).Down.TotalSeconds)];

    private static ServiceTime Time(double up, double down) => new(TimeSpan.FromSeconds(up), TimeSpan.FromSeconds(down), 0);
}
