using Holdfast.Ports;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>How often a log tells what goes wrong again and again.</summary>
public sealed class ComplaintTests
{
    private readonly Clock clock = new();

    [Fact]
    public void An_outage_is_told_at_once_then_at_growing_distance()
    {
        var complaint = new Complaint(clock);

        Assert.Equal([0, 10, 30, 70, 150, 310, 630, 1230, 1830], SecondsTold(complaint, 2000));
    }

    [Fact]
    public void Another_reason_is_told_at_once_and_reasons_that_take_turns_once_each()
    {
        var complaint = new Complaint(clock);

        Assert.Equal([true, true, false, false], new[] { "refused", "silent", "refused", "silent" }.Select(complaint.IsDue));
    }

    [Fact]
    public void The_end_is_told_once_and_what_comes_after_it_is_new()
    {
        var complaint = new Complaint(clock);
        Assert.False(complaint.IsOver());
        SecondsTold(complaint, 60);

        Assert.Equal([true, false], [complaint.IsOver(), complaint.IsOver()]);
        Assert.Equal([0, 10], SecondsTold(complaint, 20));
    }

    private List<int> SecondsTold(Complaint complaint, int seconds)
    {
        List<int> told = [];
        for (var second = 0; second < seconds; second++)
        {
            if (complaint.IsDue("refused"))
            {
                told.Add(second);
            }

            clock.Seconds++;
        }

        return told;
    }

    private sealed class Clock : TimeProvider
    {
        public long Seconds { get; set; } = 1;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Seconds;
    }
}
