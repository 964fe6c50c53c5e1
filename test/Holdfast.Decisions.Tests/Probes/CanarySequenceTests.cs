using Holdfast.Model.Probes;
using Xunit;

namespace Holdfast.Decisions.Tests.Probes;

/// <summary>Which numbers are written, and what a row proves of them.</summary>
public sealed class CanarySequenceTests
{
    [Fact]
    public void A_first_row_is_number_one_and_nothing_is_lost()
    {
        var (next, lost) = CanarySequence.Empty.Write(null);

        Assert.Equal((1, 0), (next.Last, lost));
    }

    [Fact]
    public void A_prober_goes_on_behind_the_row_of_an_earlier_life()
    {
        var (next, lost) = CanarySequence.Empty.Write(41);

        Assert.Equal((42, 0), (next.Last, lost));
    }

    [Fact]
    public void A_row_that_holds_the_last_acknowledged_number_or_a_later_one_has_lost_nothing()
    {
        var known = Acknowledged(3);

        Assert.Equal(0, known.Write(3).Lost);
        Assert.Equal(0, known.Write(4).Lost);
    }

    [Fact]
    public void A_number_whose_fate_is_unknown_is_not_used_again_and_is_not_missed()
    {
        var (unknown, _) = Acknowledged(3).Write(3);

        var (next, lost) = unknown.Write(3);

        Assert.Equal((5, 0), (next.Last, lost));
    }

    [Fact]
    public void Every_acknowledged_number_beyond_the_row_is_lost_and_is_counted_once()
    {
        var (after, lost) = Acknowledged(7).Write(4);

        Assert.Equal(3, lost);
        Assert.Equal(8, after.Last);
        Assert.Equal(0, after.Write(4).Lost);
    }

    [Fact]
    public void Numbers_between_that_were_never_acknowledged_are_not_counted()
    {
        var (unknown, _) = Acknowledged(2).Write(2);
        var known = unknown.Write(2).Next.Acknowledge();

        Assert.Equal(1, known.Write(2).Lost);
    }

    [Fact]
    public void A_row_that_is_gone_has_lost_all_that_is_remembered_and_no_more()
    {
        Assert.Equal(5, Acknowledged(5).Write(null).Lost);
        Assert.Equal(CanarySequence.RememberedMax, Acknowledged(CanarySequence.RememberedMax + 50).Write(null).Lost);
    }

    private static CanarySequence Acknowledged(int count) =>
        Enumerable.Range(0, count).Aggregate(CanarySequence.Empty, (sequence, last) => sequence.Write(last).Next.Acknowledge());
}
