using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>Who must be heard before a group is begun anew, and what else the primary of a group records.</summary>
public class GroupReportingTests
{
    [Fact]
    public void Every_member_of_the_group_must_be_heard_one_that_joins_as_well() =>
        Assert.Equal([Alpha, Beta, Gamma], Recorded(HealthyGroup.Seeing(Gamma, GroupState.Recovering)
            .WithStore(store => store with { Failsafe = store.Failsafe! with { ApiUrls = store.Failsafe.ApiUrls.Remove(Gamma) } })));

    [Fact]
    public void A_member_that_the_group_goes_on_without_need_not_be_heard() =>
        Assert.Equal([Alpha, Beta], Recorded(HealthyGroup
            .WithGroup(group => group with { Members = group.Members.RemoveAt(2) })
            .WithReport(Gamma, Ended)));

    [Fact]
    public void A_member_whose_agent_is_gone_must_be_heard_while_its_server_is_in_the_group() =>
        Assert.Null(Recorded(HealthyGroup.WithoutReport(Gamma)));

    [Fact]
    public void A_member_whose_agent_is_gone_need_not_be_heard_once_its_server_has_left() =>
        Assert.Equal([Alpha, Beta], Recorded(HealthyGroup
            .WithGroup(group => group with { Members = group.Members.RemoveAt(2) })
            .WithoutReport(Gamma)));

    [Fact]
    public void A_member_that_the_store_has_not_heard_of_is_recorded_with_the_first_that_is()
    {
        var view = HealthyGroup.WithoutReport(Gamma).WithStore(store => store with { Failsafe = null });

        Assert.Equal([Alpha, Beta], Recorded(view));
    }

    [Fact]
    public void Only_the_primary_records_the_members() =>
        Assert.Null(Recorded(InGroup.WithStore(store => store with { Failsafe = null })));

    [Fact]
    public void Changes_of_primary_are_numbered_as_they_come()
    {
        var view = Elected.Leading();
        var change = Actions<HaAction.WriteHistory>(view).Single().History[^1];

        Assert.Equal((2, Everything.Count, Beta.Text), (change.Timeline.Number, change.Position.Bytes, change.NewLeader));
        Assert.Empty(Actions<HaAction.WriteHistory>(HealthyGroup));
    }

    [Fact]
    public void How_much_a_member_of_the_group_holds_is_told_once_a_loop_and_at_once_when_it_is_in_none()
    {
        var inGroup = InGroup.WithGroup(group => group with { Transactions = Set("1-101"), ApplyBacklog = 1 });
        var outside = NoGroup.WithGroup(group => group with { Transactions = Set("1-101") });

        Assert.Empty(Actions<HaAction.PublishReport>(inGroup));
        Assert.Single(Actions<HaAction.PublishReport>(inGroup.WithMemory(memory => memory with { ReportedAt = Now - inGroup.Policy.LoopWait })));
        Assert.Single(Actions<HaAction.PublishReport>(outside));
        Assert.Empty(Actions<HaAction.PublishReport>(NoGroup));
    }

    [Fact]
    public void That_a_server_joins_is_told_at_once_so_that_it_is_not_put_out_meanwhile()
    {
        var joining = NoGroup.Doing(DatabaseJobKind.JoinGroup);
        var told = Actions<HaAction.PublishReport>(joining).Single().Report;

        Assert.True(told.Group!.IsJoining);
        Assert.False(Actions<HaAction.PublishReport>(NoGroup.WithReport(Beta, _ => told)).Single().Report.Group!.IsJoining);
    }

    private static IEnumerable<MemberName>? Recorded(ClusterView view) => Actions<HaAction.WriteFailsafe>(view).SingleOrDefault()?.ApiUrls.Keys;

    private static IEnumerable<T> Actions<T>(ClusterView view) => TurnRules.Decide(view).Reporting.Actions.OfType<T>();
}
