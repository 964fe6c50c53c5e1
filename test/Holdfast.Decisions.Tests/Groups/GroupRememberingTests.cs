using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>Since when things are as they are with a group.</summary>
public class GroupRememberingTests
{
    private static readonly ClusterView BetaAndGammaMissed = HealthyGroup.Seeing(Beta, GroupState.Unreachable).Seeing(Gamma, GroupState.Unreachable);
    private static readonly ClusterView Broken = InGroup.Seeing(Alpha, GroupState.Unreachable);

    [Fact]
    public void A_dead_member_is_timed_from_when_it_was_first_seen_dead_until_it_is_not()
    {
        var dead = HealthyGroup.WithReport(Gamma, OutOfGroup);
        var first = Remembered(dead);

        Assert.Equal((ServerOf(Gamma), Now), Single(first));
        Assert.Equal((ServerOf(Gamma), Now), Single(Remembered(Later(dead, first))));
        Assert.Empty(Remembered(Later(HealthyGroup, first)).DeadSince);
    }

    [Fact]
    public void A_member_that_died_later_is_timed_from_then()
    {
        var first = Remembered(HealthyGroup.WithReport(Gamma, OutOfGroup));
        var both = Remembered(Later(HealthyGroup.WithReport(Gamma, OutOfGroup).WithReport(Beta, Ended), first));

        Assert.Equal((Now, Now + TimeSpan.FromSeconds(5)), (both.DeadSince[ServerOf(Gamma)], both.DeadSince[ServerOf(Beta)]));
    }

    [Fact]
    public void A_dead_member_that_the_group_has_let_go_is_forgotten()
    {
        var first = Remembered(HealthyGroup.WithReport(Gamma, Ended));
        var without = HealthyGroup.WithReport(Gamma, Ended).WithGroup(group => group with { Members = group.Members.RemoveAt(2) });

        Assert.Empty(Remembered(Later(without, first)).DeadSince);
    }

    [Fact]
    public void A_minority_is_timed_from_its_beginning_until_more_than_half_answer()
    {
        var first = Remembered(BetaAndGammaMissed);

        Assert.Equal(Now, first.MinoritySince);
        Assert.Equal(Now, Remembered(Later(BetaAndGammaMissed, first)).MinoritySince);
        Assert.Null(Remembered(Later(HealthyGroup.Seeing(Gamma, GroupState.Unreachable), first)).MinoritySince);
    }

    [Fact]
    public void A_broken_connection_is_timed_from_its_beginning_until_it_is_mended()
    {
        var first = Remembered(Broken);

        Assert.Equal(Now, first.BrokenLinkSince);
        Assert.Equal(Now, Remembered(Later(Broken, first)).BrokenLinkSince);
        Assert.Null(Remembered(Later(InGroup, first)).BrokenLinkSince);
        Assert.Null(Remembered(HealthyGroup.Seeing(Beta, GroupState.Unreachable)).BrokenLinkSince);
    }

    [Fact]
    public void A_server_in_no_group_has_no_times_to_remember_but_where_the_others_are()
    {
        ClusterView[] views =
        [
            Broken.WithDatabase(_ => OutsideOf(Beta)),
            Broken.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Crashed)),
            Broken.WithGroup(group => group with { State = GroupState.Recovering }),
        ];

        Assert.All(views, view =>
        {
            var memory = Remembered(view.BrokenFor(TimeSpan.FromSeconds(3)).InMinorityFor(TimeSpan.FromSeconds(3)).DeadFor(Gamma, TimeSpan.FromSeconds(3)));

            Assert.Equal((null, null, 0), (memory.BrokenLinkSince, memory.MinoritySince, memory.DeadSince.Count));
            Assert.Equal(AddressOf(Alpha), memory.Addresses[ServerOf(Alpha)]);
        });
    }

    [Fact]
    public void Where_the_group_reaches_a_member_is_known_when_its_agent_is_gone()
    {
        var first = Remembered(HealthyGroup);
        var gone = Remembered(Later(HealthyGroup.WithoutReport(Gamma), first));
        var moved = Remembered(Later(HealthyGroup.WithReport(Gamma, report => report with { Group = report.Group! with { Address = "elsewhere:33061" } }), gone));
        var silent = Remembered(Later(HealthyGroup.WithReport(Gamma, report => report with { Group = report.Group! with { Address = "" } }), moved));

        Assert.Equal(AddressOf(Gamma), gone.Addresses[ServerOf(Gamma)]);
        Assert.Equal("elsewhere:33061", moved.Addresses[ServerOf(Gamma)]);
        Assert.Equal("elsewhere:33061", silent.Addresses[ServerOf(Gamma)]);
    }

    [Fact]
    public void What_is_waited_for_is_looked_at_again_soon_however_long_the_loop_is()
    {
        ClusterView[] waiting =
        [
            HealthyGroup.DeadFor(Gamma, TimeSpan.Zero), HealthyGroup.InMinorityFor(TimeSpan.Zero), InGroup.BrokenFor(TimeSpan.Zero),
        ];

        Assert.All(waiting, view => Assert.InRange(WakesAfter(Slow(view)), 0, 0.5));
        Assert.InRange(WakesAfter(Slow(HealthyGroup)), 3, 10);

        static ClusterView Slow(ClusterView view) => view with
        {
            Policy = view.Policy with { LoopWait = TimeSpan.FromSeconds(10), TimeToLive = TimeSpan.FromSeconds(30) },
            Session = view.Session with { TimeToLive = TimeSpan.FromSeconds(30), FenceAt = Now + TimeSpan.FromSeconds(25) },
        };

        static double WakesAfter(ClusterView view) => (TurnRules.Decide(view).WakeAt - Now).TotalSeconds;
    }

    private static (string Server, TimeSpan Since) Single(GroupMemory memory) => Assert.Single(memory.DeadSince) is var (server, since) ? (server, since) : default;

    private static ClusterView Later(ClusterView view, GroupMemory memory) =>
        view.Remembering(_ => memory) with { Now = Now + TimeSpan.FromSeconds(5) };

    private static GroupMemory Remembered(ClusterView view) => Remembering.Step(view).Group;
}
