using Holdfast.Demo.Canary;

namespace Holdfast.Demo.Tests;

public sealed class CanaryFiguresTests
{
    [Fact]
    public void The_gap_is_the_longest_silence_over_all_writers_around_the_fault()
    {
        Acknowledgement[] writes = [Write(0, 1, 1000), Write(1, 1, 1010), Write(0, 2, 3010), Write(1, 2, 3015)];

        Assert.Equal(TimeSpan.FromMilliseconds(2000), CanaryFigures.LongestGap(writes, At(1020), At(3020)));
    }

    [Fact]
    public void A_silence_before_the_fault_does_not_count()
    {
        Acknowledgement[] writes = [Write(0, 1, 0), Write(0, 2, 5000), Write(0, 3, 5100), Write(0, 4, 5300)];

        Assert.Equal(TimeSpan.FromMilliseconds(200), CanaryFigures.LongestGap(writes, At(5050), At(5300)));
    }

    [Fact]
    public void A_silence_at_the_end_of_the_window_counts()
    {
        Acknowledgement[] writes = [Write(0, 1, 1000), Write(0, 2, 1100)];

        Assert.Equal(TimeSpan.FromMilliseconds(900), CanaryFigures.LongestGap(writes, At(1050), At(2000)));
    }

    [Fact]
    public void Writes_that_never_came_back_have_no_gap() =>
        Assert.Null(CanaryFigures.LongestGap([Write(0, 1, 1000)], At(1001), At(9000)));

    [Fact]
    public void Acknowledgements_may_be_noted_out_of_order()
    {
        Acknowledgement[] writes = [Write(1, 2, 3015), Write(0, 1, 1000), Write(0, 2, 3010)];

        Assert.Equal(TimeSpan.FromMilliseconds(2010), CanaryFigures.LongestGap(writes, At(1001), At(3020)));
    }

    [Fact]
    public void Servers_that_take_turns_with_new_timelines_are_no_second_writer()
    {
        Acknowledgement[] writes = [Write(0, 1, 1, "a", 1), Write(0, 2, 2, "b", 2), Write(0, 3, 3, "a", 3), Write(0, 4, 4, "a", 3)];

        Assert.Equal(0, CanaryFigures.SecondWriterCount(writes));
    }

    [Fact]
    public void A_write_on_an_older_timeline_after_a_newer_one_answered_is_a_second_writer()
    {
        Acknowledgement[] writes = [Write(0, 1, 1, "a", 1), Write(0, 2, 10, "b", 2), Write(1, 1, 20, "a", 1)];

        Assert.Equal(1, CanaryFigures.SecondWriterCount(writes));
    }

    [Fact]
    public void Two_servers_on_the_same_timeline_are_a_second_writer()
    {
        Acknowledgement[] writes = [Write(0, 1, 1, "a", 2), Write(0, 2, 10, "b", 2), Write(0, 3, 20, "a", 2)];

        Assert.Equal(1, CanaryFigures.SecondWriterCount(writes));
    }

    [Fact]
    public void A_late_answer_to_an_early_write_is_no_second_writer()
    {
        var late = Write(1, 1, 50, "a", 1) with { Sent = At(1) };

        Assert.Equal(0, CanaryFigures.SecondWriterCount([Write(0, 1, 0, "a", 1), Write(0, 2, 40, "b", 2), late]));
    }

    [Fact]
    public void Acknowledged_writes_that_are_not_there_are_lost()
    {
        Acknowledgement[] writes = [Write(0, 1, 1), Write(0, 2, 2), Write(1, 1, 3)];

        var lost = CanaryFigures.Lost(writes, new HashSet<(int, long)> { (0, 1), (1, 1), (7, 7) });

        Assert.Equal([(0, 2L)], lost.Select(write => (write.Writer, write.Sequence)));
    }

    private static Acknowledgement Write(int writer, long sequence, int milliseconds, string server = "a", long timeline = 1) =>
        new(writer, sequence, server, timeline, TimeSpan.Zero, At(milliseconds), At(milliseconds));

    private static TimeSpan At(int milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
