using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>A group with one primary and a group where all accept writes: how it goes from one to the other, and whom the lease records.</summary>
public class GroupModeTests
{
    private static readonly ClusterView Multi = HealthyGroup.MultiPrimary();

    [Fact]
    public void The_primary_asks_the_group_for_the_mode_that_is_wished_and_stays_a_primary()
    {
        Assert.Equal([ChangeTo(GroupMode.MultiPrimary)], Decide(HealthyGroup.Wishing(GroupMode.MultiPrimary)).Actions);
        Assert.Equal([ChangeTo(GroupMode.SinglePrimary)], Decide(Multi.Wishing(GroupMode.SinglePrimary)).Actions);
    }

    [Fact]
    public void A_group_that_is_in_the_wished_mode_or_of_which_nothing_is_wished_is_left_in_it()
    {
        ClusterView[] views =
        [
            HealthyGroup, HealthyGroup.Wishing(GroupMode.SinglePrimary), Multi, Multi.Wishing(GroupMode.MultiPrimary), Multi.Wishing(null),
            HealthyGroup.Wishing(GroupMode.MultiPrimary).Paused(),
        ];

        Assert.All(views, view => Assert.Empty(Decide(view).Actions));
    }

    [Fact]
    public void Only_the_holder_of_the_lease_asks_for_another_mode()
    {
        Assert.Equal(Rule.KeepFollowing, Decide(InGroup.Wishing(GroupMode.MultiPrimary)).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(SeenBy(Multi, Beta).MultiPrimary().Wishing(GroupMode.SinglePrimary)).Rule);
        Assert.Equal(Rule.RecordPrimary, Decide(HealthyGroup.WithoutLease().Wishing(GroupMode.MultiPrimary)).Rule);
    }

    [Theory]
    [InlineData(GroupState.Recovering)]
    [InlineData(GroupState.Unreachable)]
    public void The_mode_changes_when_every_member_is_online(GroupState state)
    {
        var decision = Decide(HealthyGroup.Wishing(GroupMode.MultiPrimary).Seeing(Gamma, state));

        Assert.Equal((Rule.ChangeGroupMode, 0), (decision.Rule, decision.Actions.Length));
    }

    [Fact]
    public void The_dead_are_put_out_and_the_primary_is_handed_over_before_the_mode_changes()
    {
        Assert.Equal(Rule.ExpelDead, Decide(HealthyGroup.Wishing(GroupMode.MultiPrimary).WithReport(Gamma, Ended)).Rule);
        Assert.Equal(Rule.ElectPrimary, Decide(HealthyGroup.Wishing(GroupMode.MultiPrimary).AskedToSwitch(Alpha, Beta)).Rule);
    }

    [Fact]
    public void A_change_of_mode_that_failed_is_tried_again_after_a_while_and_each_time_later()
    {
        var job = new DatabaseJob(5, DatabaseJobKind.ChangeGroupMode, JobState.Failed, Now, Now, "a member refused");
        var failed = HealthyGroup.Wishing(GroupMode.MultiPrimary).WithDatabase(database => database with { Job = job });
        var once = Remembered(failed);
        var twice = Remembered(Remembered(once).WithDatabase(database => database with { Job = job with { Number = 6, EndedAt = Now + TimeSpan.FromSeconds(1) } }));

        Assert.Equal(Rule.RetryLater, Decide(once).Rule);
        Assert.Equal(Rule.RetryLater, Decide(Remembered(once)).Rule);
        Assert.Equal(2, twice.Memory.LastFailure?.Count);
        Assert.Equal(Rule.ChangeGroupMode, Decide(Remembered(once) with { Now = Now + TimeSpan.FromSeconds(0.5) }).Rule);
    }

    [Fact]
    public void A_change_of_mode_that_failed_is_forgotten_when_it_is_wished_no_more()
    {
        var failed = HealthyGroup.HavingFailed(DatabaseJobKind.ChangeGroupMode, 3, TimeSpan.Zero);

        Assert.Null(Remembered(failed).Memory.LastFailure);
        Assert.Null(Remembered(failed.Wishing(GroupMode.SinglePrimary)).Memory.LastFailure);
        Assert.NotNull(Remembered(failed.Wishing(GroupMode.MultiPrimary)).Memory.LastFailure);
    }

    [Fact]
    public void A_group_begins_anew_in_the_wished_mode()
    {
        var begun = Decide(NoGroup.Holding(Alpha, "1-99").Leading().Wishing(GroupMode.MultiPrimary)).Actions[^1];

        Assert.Equal(new HaAction.Begin(new DatabaseWork.BootstrapGroup(GroupMode.MultiPrimary)), begun);
    }

    [Fact]
    public void A_server_joins_a_group_in_the_group_s_own_mode_whatever_is_wished()
    {
        var joins = Decide(SeenBy(Multi, Beta).WithDatabase(_ => OutsideOf(Beta)).LetGo().Wishing(GroupMode.SinglePrimary)).Actions.Single();

        Assert.Equal(new HaAction.Begin(new DatabaseWork.JoinGroup([AddressOf(Alpha), AddressOf(Gamma)], GroupMode.MultiPrimary)), joins);
    }

    [Theory]
    [InlineData("alpha")]
    [InlineData("beta")]
    [InlineData("gamma")]
    public void Among_many_primaries_the_recorded_one_stays_whoever_is_first(string holder)
    {
        var led = Multi.WithLeader(new MemberName(holder));

        Assert.All(Each(led), view => Assert.Equal(
            view.Self.Text == holder ? Rule.KeepLeading : Rule.KeepFollowing, Decide(view).Rule));
    }

    [Fact]
    public void Among_many_primaries_the_first_takes_a_lease_that_nobody_holds() =>
        Assert.Equal([Rule.RecordPrimary, Rule.KeepFollowing, Rule.KeepFollowing], Each(Multi.WithoutLease()).Select(view => Decide(view).Rule));

    [Fact]
    public void Among_many_primaries_one_whose_agent_is_gone_is_passed_over() =>
        Assert.Equal([Rule.RecordPrimary, Rule.KeepFollowing], Each(Multi.WithoutLease().WithoutReport(Alpha)).Skip(1).Select(view => Decide(view).Rule));

    [Fact]
    public void Where_there_is_one_primary_nobody_takes_the_lease_in_its_place_when_its_agent_is_gone() =>
        Assert.Equal(Rule.KeepFollowing, Decide(InGroup.WithoutLease().WithoutReport(Alpha)).Rule);

    [Fact]
    public void Among_many_primaries_the_first_takes_the_lease_of_one_that_is_no_primary_any_more()
    {
        var gammaLed = Multi.WithLeader(Gamma);

        Assert.Equal(Rule.RecordPrimary, Decide(gammaLed.Seeing(Gamma, GroupState.Unreachable)).Rule);
        Assert.Equal(Rule.RecordPrimary, Decide(gammaLed.WithGroup(group => group with { Members = group.Members.RemoveAt(2) }).WithReport(Gamma, OutOfGroup)).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(SeenBy(gammaLed, Beta).MultiPrimary().Seeing(Gamma, GroupState.Unreachable)).Rule);
    }

    [Fact]
    public void Among_many_primaries_one_that_lost_its_session_takes_its_lease_again() =>
        Assert.Equal(Rule.RecordPrimary, Decide(SeenBy(Multi.WithLeader(Gamma), Gamma).MultiPrimary() with
        {
            Session = Multi.Session with { Id = new SessionId("a later one") },
        }).Rule);

    [Fact]
    public void Where_there_is_one_primary_it_takes_the_lease_from_whoever_is_recorded() =>
        Assert.Equal(Rule.RecordPrimary, Decide(HealthyGroup.WithLeader(Gamma)).Rule);

    [Fact]
    public void An_agent_that_ends_leaves_its_lease_to_the_other_primaries_without_asking_the_group()
    {
        Assert.Equal([new HaAction.Begin(new DatabaseWork.Stop(TimeSpan.FromSeconds(30)))], Decide(Multi with { IsShuttingDown = true }).Actions);
        Assert.Equal(Rule.ElectPrimary, Decide(HealthyGroup with { IsShuttingDown = true }).Rule);
    }

    private static HaAction.Begin ChangeTo(GroupMode mode) => new(new DatabaseWork.ChangeGroupMode(mode, ServerOf(Alpha)));

    private static IEnumerable<ClusterView> Each(ClusterView view) => new[] { Alpha, Beta, Gamma }.Select(member => SeenBy(view, member).MultiPrimary());

    private static ClusterView Remembered(ClusterView view) => view with { Memory = Remembering.Step(view) };

    private static Decision Decide(ClusterView view)
    {
        var decision = TurnRules.Decide(view).Leadership;
        Assert.Empty(Invariants.Check(view, decision));
        return decision;
    }
}
