using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

public class GroupViewTests
{
    [Fact]
    public void More_than_half_of_the_members_are_a_majority()
    {
        var one = HealthyGroup.Seeing(Gamma, GroupState.Unreachable);
        var two = one.Seeing(Beta, GroupState.Unreachable);

        Assert.True(one.Database.Group!.IsServing);
        Assert.False(two.Database.Group!.IsServing);
        Assert.False(new GroupView { State = GroupState.Online }.IsServing);
    }

    [Fact]
    public void Half_of_the_members_are_no_majority() =>
        Assert.False(HealthyGroup.Seeing(Gamma, GroupState.Unreachable)
            .WithGroup(group => group with { Members = group.Members.RemoveAt(1) }).Database.Group!.HasMajority);

    [Fact]
    public void A_primary_that_the_server_does_not_hear_is_none() =>
        Assert.Null(InGroup.Seeing(Alpha, GroupState.Unreachable).Database.Group!.Primary);

    [Fact]
    public void Two_views_that_say_the_same_are_equal_and_a_change_of_a_member_makes_another()
    {
        var group = HealthyGroup.Database.Group!;

        Assert.Equal(group, group with { Members = [.. group.Members], Transactions = Set("1-50:51-100") });
        Assert.NotEqual(group, HealthyGroup.Seeing(Gamma, GroupState.Unreachable).Database.Group);
        Assert.NotEqual(group, group with { Transactions = Set("1-101") });
    }
}
