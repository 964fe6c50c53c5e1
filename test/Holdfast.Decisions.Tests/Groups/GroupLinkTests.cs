using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>Two members that take part and do not hear each other: which of them joins anew, and when.</summary>
public class GroupLinkTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Long = TimeSpan.FromHours(1);

    [Fact]
    public void A_member_joins_anew_when_it_has_not_heard_the_primary_for_ten_seconds()
    {
        var broken = InGroup.Seeing(Alpha, GroupState.Unreachable);

        Assert.Equal(Rule.KeepFollowing, Decide(broken).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(broken.BrokenFor(Limit)).Rule);
        Assert.Equal(Rule.RejoinBrokenLink, Decide(broken.BrokenFor(Limit + TimeSpan.FromTicks(1))).Rule);
    }

    [Fact]
    public void A_member_that_the_primary_does_not_hear_joins_anew_though_it_hears_the_primary() =>
        Assert.Equal(Rule.RejoinBrokenLink, Decide(InGroup.Deaf(Alpha, Beta).BrokenFor(Long)).Rule);

    [Fact]
    public void It_joins_by_everybody_who_serves_since_one_of_them_may_not_be_reached() =>
        Assert.Equal(
            [new HaAction.Begin(new DatabaseWork.JoinGroup([AddressOf(Alpha), AddressOf(Gamma)], GroupMode.SinglePrimary))],
            Decide(InGroup.Seeing(Alpha, GroupState.Unreachable).BrokenFor(Long)).Actions);

    [Fact]
    public void The_primary_never_gives_way()
    {
        Assert.Equal(Rule.KeepLeading, Decide(HealthyGroup.Seeing(Beta, GroupState.Unreachable).BrokenFor(Long)).Rule);
        Assert.Equal(Rule.KeepLeading, Decide(HealthyGroup.Deaf(Beta, Alpha).BrokenFor(Long)).Rule);
    }

    [Fact]
    public void Of_two_others_the_later_name_gives_way()
    {
        var broken = HealthyGroup.Deaf(Beta, Gamma).Deaf(Gamma, Beta);

        Assert.Equal(Rule.RejoinBrokenLink, Decide(SeenBy(broken, Gamma).Seeing(Beta, GroupState.Unreachable).BrokenFor(Long)).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(SeenBy(broken, Beta).Seeing(Gamma, GroupState.Unreachable).BrokenFor(Long)).Rule);
    }

    [Fact]
    public void One_that_hears_its_primary_stays_while_the_other_one_has_to_give_way_to_the_primary()
    {
        var broken = HealthyGroup.Deaf(Alpha, Beta).Deaf(Gamma, Beta);

        Assert.Equal(Rule.RejoinBrokenLink, Decide(SeenBy(broken, Beta).BrokenFor(Long)).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(SeenBy(broken, Gamma).Seeing(Beta, GroupState.Unreachable).BrokenFor(Long)).Rule);
    }

    [Fact]
    public void Of_two_members_nobody_gives_way()
    {
        var two = InGroup.WithoutReport(Gamma)
            .WithGroup(WithoutGamma)
            .WithReport(Alpha, report => report with { Group = WithoutGamma(report.Group!) })
            .BrokenFor(Long);

        Assert.Empty(Decide(two.Deaf(Alpha, Beta)).Actions);
        Assert.Empty(Decide(two.Seeing(Alpha, GroupState.Unreachable)).Actions);

        static GroupView WithoutGamma(GroupView group) => group with { Members = group.Members.RemoveAt(2) };
    }

    [Fact]
    public void What_another_membership_heard_counts_for_nothing() =>
        Assert.Equal(Rule.KeepFollowing, Decide(InGroup.Deaf(Alpha, Beta).BrokenFor(Long)
            .WithReport(Alpha, report => report with { Group = report.Group! with { Epoch = Epoch with { Number = Epoch.Number - 1 } } })).Rule);

    [Fact]
    public void One_that_takes_no_part_or_has_no_agent_is_not_given_way_to()
    {
        var broken = InGroup.Seeing(Alpha, GroupState.Unreachable).BrokenFor(Long);

        Assert.Equal(Rule.KeepFollowing, Decide(broken.WithoutReport(Alpha)).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(broken.WithReport(Alpha, report => report with { Group = report.Group! with { State = GroupState.Recovering } })).Rule);
    }

    [Fact]
    public void After_a_failed_attempt_it_waits_as_long_as_before_any_other() =>
        Assert.Equal(Rule.KeepFollowing, Decide(
            InGroup.Seeing(Alpha, GroupState.Unreachable).BrokenFor(Long).HavingFailed(DatabaseJobKind.JoinGroup, 1, TimeSpan.Zero)).Rule);

    private static Decision Decide(ClusterView view) => TurnRules.Decide(view).Leadership;
}
