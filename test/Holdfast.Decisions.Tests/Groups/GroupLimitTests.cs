using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>How much room a server needs, and how long a group without a majority waits.</summary>
public class GroupLimitTests
{
    private const long RoomToServe = 16L << 20;
    private const long RoomToStart = 64L << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    /// <summary>Alpha's server hears nobody, and the others have fallen apart as well.</summary>
    private static readonly ClusterView Split = HealthyGroup
        .Seeing(Beta, GroupState.Unreachable)
        .Seeing(Gamma, GroupState.Unreachable)
        .WithReport(Beta, OutOfGroup)
        .Deaf(Gamma, Alpha)
        .Deaf(Gamma, Beta);

    [Fact]
    public void A_server_leaves_below_sixteen_megabytes_and_comes_back_from_sixty_four()
    {
        var down = InGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped));

        Assert.Equal(Rule.KeepFollowing, Decide(InGroup.WithRoom(RoomToServe)).Rule);
        Assert.Equal(Rule.LeaveFullDisk, Decide(InGroup.WithRoom(RoomToServe - 1)).Rule);
        Assert.Equal(Rule.ShortOfDisk, Decide(down.WithRoom(RoomToStart - 1)).Rule);
        Assert.Equal(Rule.StartFollowing, Decide(down.WithRoom(RoomToStart)).Rule);
        Assert.Equal(Rule.StartFollowing, Decide(down).Rule);
    }

    [Fact]
    public void A_server_stays_on_a_full_disk_while_nobody_else_who_serves_has_room()
    {
        var full = HealthyGroup.WithRoom(0).WithReport(Beta, ShortOfDisk);

        Assert.Equal(Rule.LeaveFullDisk, Decide(full).Rule);
        Assert.Equal(Rule.KeepLeading, Decide(full.WithReport(Gamma, ShortOfDisk)).Rule);
        Assert.Equal(Rule.KeepLeading, Decide(full.WithReport(Gamma, OutOfGroup)).Rule);
        Assert.Equal(Rule.KeepLeading, Decide(full.WithoutReport(Gamma)).Rule);

        static MemberReport ShortOfDisk(MemberReport report) => report with { IsShortOfDisk = true };
    }

    [Fact]
    public void A_server_that_hangs_on_its_full_disk_is_stopped_as_well() =>
        Assert.Equal(Rule.LeaveFullDisk, Decide(HealthyGroup.WithRoom(0).WithDatabase(database => database with { IsResponsive = false })).Rule);

    [Fact]
    public void In_a_pause_nobody_leaves_a_full_disk_and_nothing_is_started_on_one()
    {
        Assert.Empty(Decide(InGroup.WithRoom(0).Paused()).Actions);
        Assert.Empty(Decide(HealthyGroup.WithRoom(0).Paused()).Actions);
    }

    [Fact]
    public void One_that_lacks_room_to_start_gives_up_the_lease_while_nobody_serves() =>
        Assert.Equal([new HaAction.ReleaseLease(new Term(30))], Decide(NoGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped)).WithRoom(0).Leading()).Actions);

    [Fact]
    public void A_group_that_has_fallen_apart_is_dissolved_after_eight_seconds()
    {
        Assert.Equal(Rule.MajorityLost, Decide(Split).Rule);
        Assert.Equal(Rule.MajorityLost, Decide(Split.InMinorityFor(Patience)).Rule);
        Assert.Equal([new HaAction.Fence()], Decide(Split.InMinorityFor(Patience + Tick)).Actions);
    }

    [Fact]
    public void A_group_is_not_dissolved_while_somebody_is_not_heard_or_works_or_catches_up_with_one_that_does()
    {
        ClusterView[] views =
        [
            Split.WithoutReport(Gamma),
            Split.WithoutReport(Beta),
            HealthyGroup.Seeing(Beta, GroupState.Unreachable).Seeing(Gamma, GroupState.Unreachable),
            HealthyGroup.Seeing(Beta, GroupState.Unreachable).Seeing(Gamma, GroupState.Unreachable).WithReport(Beta, OutOfGroup),
        ];

        Assert.All(views, view => Assert.Equal((Rule.MajorityLost, 0), (Decide(view.InMinorityFor(TimeSpan.FromHours(1))).Rule, Decide(view.InMinorityFor(TimeSpan.FromHours(1))).Actions.Length)));
    }

    [Fact]
    public void A_majority_that_hears_no_primary_does_not_work_either()
    {
        var apart = HealthyGroup.Seeing(Beta, GroupState.Unreachable).Seeing(Gamma, GroupState.Unreachable).Deaf(Beta, Alpha).Deaf(Gamma, Alpha);

        Assert.Equal(Rule.DissolveMinority, Decide(apart.InMinorityFor(Patience + Tick)).Rule);
        Assert.Equal(Rule.MajorityLost, Decide(apart.InMinorityFor(Patience)).Rule);
    }

    private static Decision Decide(ClusterView view) => TurnRules.Decide(view).Leadership;
}
