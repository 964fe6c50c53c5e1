using Holdfast.Model.Probes;
using Xunit;

namespace Holdfast.Decisions.Tests.Probes;

/// <summary>What attempts say together: service, outages, and what nobody measured.</summary>
public sealed class ProbeRecordTests
{
    private static readonly ProbeLimits Limits = new(TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(1), 0.9995);
    private static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ProbeRecord Served = new ProbeRecord(Limits).Add(Attempt(0, 0.01, ProbeOutcome.Served));

    [Fact]
    public void Nothing_is_an_outage_before_a_client_was_ever_served()
    {
        var record = new ProbeRecord(Limits).Add(Attempt(0, 1, ProbeOutcome.Refused)).Add(Attempt(1.25, 1, ProbeOutcome.Error));

        Assert.False(record.IsServed);
        Assert.Null(record.Present);
        Assert.Null(record.ReportAt(Noon));
        Assert.Equal(default, record.Total);
        Assert.Equal((2, 1, 1), (record.Attempts, record.Failures[ProbeOutcome.Refused], record.Failures[ProbeOutcome.Error]));
    }

    [Fact]
    public void An_outage_begins_with_the_first_attempt_that_failed_and_ends_with_the_first_that_was_served()
    {
        var failing = Served.Add(Attempt(0.26, 1, ProbeOutcome.Timeout)).Add(Attempt(1.51, 0.01, ProbeOutcome.Refused));

        Assert.Equal(new Outage(At(0.26), Seconds(1.26)), failing.Present);
        Assert.Equal(At(0.26), failing.ReportAt(Noon)!.FailingSince);

        var over = failing.Add(Attempt(1.77, 0.6, ProbeOutcome.Served));

        Assert.True(over.IsServed);
        Assert.Equal(new Outage(At(0.26), Seconds(2.11)), over.Last);
        Assert.Equal((1, Seconds(2.11)), (over.Outages, over.Longest));
        Assert.Equal((Seconds(0.25), Seconds(2.11)), (over.Total.Up, over.Total.Down));
        Assert.Null(over.ReportAt(Noon)!.FailingSince);
    }

    [Fact]
    public void The_longest_outage_stays_when_a_shorter_one_is_the_last()
    {
        var record = Served
            .Add(Attempt(0.26, 1, ProbeOutcome.Timeout)).Add(Attempt(1.5, 0.01, ProbeOutcome.Served))
            .Add(Attempt(1.76, 0.01, ProbeOutcome.Error)).Add(Attempt(2.02, 0.01, ProbeOutcome.Served));

        Assert.Equal(2, record.Outages);
        Assert.True(record.Last!.Length < record.Longest);
    }

    [Fact]
    public void Time_that_the_agent_slept_through_counts_for_nobody()
    {
        var thawed = Served.Add(Attempt(600, 0.01, ProbeOutcome.Served));

        Assert.Equal(Seconds(0.01), thawed.Total.Up);
    }

    [Fact]
    public void A_failure_that_took_longer_than_it_may_says_nothing_of_the_service()
    {
        var thawed = Served.Add(Attempt(0.26, 600, ProbeOutcome.Timeout));

        Assert.True(thawed.IsServed);
        Assert.Equal((2, 0, TimeSpan.Zero), (thawed.Attempts, thawed.Outages, thawed.Total.Down));
    }

    [Fact]
    public void An_outage_that_the_agent_sleeps_in_goes_on_without_the_sleep()
    {
        var record = Served.Add(Attempt(0.26, 1, ProbeOutcome.Timeout)).Add(Attempt(600, 1, ProbeOutcome.Timeout));

        Assert.Equal(Seconds(2), record.Present!.Length);
    }

    [Fact]
    public void Lost_writes_are_told_for_an_hour_and_counted_for_ever()
    {
        var record = Served.Add(Attempt(0.26, 0.01, ProbeOutcome.Mismatch) with { LostWrites = 3 });

        Assert.Equal(3, record.Total.LostWrites);
        Assert.Equal(3, record.ReportAt(Noon.AddMinutes(59))!.LostWrites);
        Assert.Equal(0, record.ReportAt(Noon.AddHours(1))!.LostWrites);
    }

    [Fact]
    public void Only_what_was_measured_is_in_the_histograms()
    {
        var record = Served.Add(Attempt(0.26, 1, ProbeOutcome.Timeout) with { Write = null, Read = null });

        Assert.Equal((1, 1, 0), (record.Writes.Count, record.Reads.Count, record.Connects.Count));
    }

    [Fact]
    public void A_latency_at_a_bound_is_in_the_bounds_bucket_and_one_beyond_all_is_in_the_last()
    {
        var histogram = LatencyHistogram.Empty.Add(Seconds(0.0005)).Add(Seconds(0.00051)).Add(Seconds(10)).Add(Seconds(11)).Add(null);

        Assert.Equal([1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], histogram.Counts);
        Assert.Equal(4, histogram.Count);
        Assert.Equal(0.001, histogram.UpperBoundOf(0.5));
        Assert.Null(histogram.UpperBoundOf(1));
        Assert.Null(LatencyHistogram.Empty.UpperBoundOf(0.5));
    }

    [Fact]
    public void The_report_says_how_long_the_writes_of_the_last_ten_seconds_took()
    {
        var record = Served;
        foreach (var (at, milliseconds) in new[] { (1, 90.0), (12, 3.04), (13, 2), (14, 25) })
        {
            record = record.Add(Attempt(at, 0.01, ProbeOutcome.Served) with { Write = TimeSpan.FromMilliseconds(milliseconds) });
        }

        Assert.Equal(new WriteLatency(TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(25)), record.ReportAt(Noon)!.Writes);
        Assert.Null(record.Add(Attempt(24.5, 0.01, ProbeOutcome.Refused) with { Write = null }).ReportAt(Noon)!.Writes);
    }

    [Fact]
    public void The_report_keeps_the_last_outage_that_is_over_while_another_goes_on()
    {
        var record = Served.Add(Attempt(0.26, 1, ProbeOutcome.Timeout)).Add(Attempt(1.5, 0.01, ProbeOutcome.Served)).Add(Attempt(1.76, 1, ProbeOutcome.Timeout));

        var report = record.ReportAt(At(3))!;

        Assert.Equal((At(1.76), At(0.26)), (report.FailingSince, report.LastOutage?.Since));
        Assert.True(report.Availability is > 0 and < 1 && report.BudgetLeft < 1);
    }

    private static ProbeAttempt Attempt(double start, double seconds, ProbeOutcome outcome) => new()
    {
        Outcome = outcome,
        StartedAt = Seconds(start),
        EndedAt = Seconds(start + seconds),
        At = At(start + seconds),
        Write = Seconds(0.004),
        Read = Seconds(0.001),
        Trouble = outcome == ProbeOutcome.Served ? null : "no answer in time",
    };

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static DateTimeOffset At(double seconds) => Noon.AddSeconds(seconds);
}
