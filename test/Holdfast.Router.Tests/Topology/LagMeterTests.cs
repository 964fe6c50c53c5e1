using Holdfast.Router.Topology;
using Xunit;

namespace Holdfast.Router.Tests.Topology;

public class LagMeterTests
{
    private readonly LagMeter meter = new();

    [Fact]
    public void Nothing_is_known_before_the_primary_was_heard() =>
        Assert.Null(meter.LagOf(new(100), At(1)));

    [Fact]
    public void A_replica_that_is_where_the_primary_is_is_not_late()
    {
        meter.SawPrimary(At(1), new(100));

        Assert.Equal(TimeSpan.Zero, meter.LagOf(new(100), At(60)));
        Assert.Equal(TimeSpan.Zero, meter.LagOf(new(200), At(60)));
    }

    [Fact]
    public void A_replica_is_as_late_as_the_last_moment_at_which_the_primary_was_where_it_is()
    {
        meter.SawPrimary(At(1), new(100));
        meter.SawPrimary(At(2), new(200));
        meter.SawPrimary(At(3), new(200));
        meter.SawPrimary(At(4), new(300));

        Assert.Equal(At(3), meter.LagOf(new(200), At(6)));
        Assert.Equal(At(5), meter.LagOf(new(199), At(6)));
    }

    [Fact]
    public void A_replica_behind_all_that_was_seen_is_late_by_all_of_the_time()
    {
        meter.SawPrimary(At(1), new(100));
        meter.SawPrimary(At(2), new(200));

        Assert.Equal(At(9), meter.LagOf(new(50), At(10)));
    }

    [Fact]
    public void A_primary_that_has_long_been_idle_makes_nobody_late_by_its_first_write()
    {
        meter.SawPrimary(At(1), new(100));
        meter.SawPrimary(At(99), new(100));
        meter.SawPrimary(At(100), new(101));

        Assert.Equal(At(2), meter.LagOf(new(100), At(101)));
        Assert.Equal(TimeSpan.Zero, meter.LagOf(new(101), At(101)));
    }

    [Fact]
    public void A_new_primary_that_begins_lower_voids_what_was_measured_against_the_old_one()
    {
        meter.SawPrimary(At(1), new(1000));
        meter.SawPrimary(At(2), new(500));

        Assert.Equal(TimeSpan.Zero, meter.LagOf(new(500), At(9)));
        Assert.Equal(At(7), meter.LagOf(new(400), At(9)));
    }

    private static TimeSpan At(int seconds) => TimeSpan.FromSeconds(seconds);
}
