using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>What must never happen to a group, and what must.</summary>
public class GroupRuleTests
{
    private static readonly HaAction Release = new HaAction.ReleaseLease(new Term(30));

    [Fact]
    public void A_primary_that_was_frozen_is_stopped_whoever_holds_the_lease()
    {
        ClusterView[] views = [Frozen, Frozen.WithoutLease(), Frozen.WithLeader(Beta), Frozen.WithLeader(Beta).AskedToSwitch(Beta, Alpha)];

        Assert.All(views, view => Assert.Equal([new HaAction.Fence()], Decide(view).Actions));
    }

    [Fact]
    public void A_primary_of_an_earlier_life_of_the_group_is_stopped_when_the_store_names_the_later_one() =>
        Assert.Equal(Rule.FenceExpelled, Decide(HealthyGroup.WithLeader(Beta).WithReport(Beta, report => report with
        {
            Role = DatabaseRole.Primary,
            Group = report.Group! with { Epoch = new GroupEpoch("18000000", 1) },
        })).Rule);

    [Fact]
    public void A_member_that_has_not_heard_yet_of_a_new_one_is_not_taken_for_expelled() =>
        Assert.Equal(Rule.KeepLeading, Decide(HealthyGroup.WithReport(Beta, report => report with
        {
            Group = report.Group! with { Epoch = Epoch with { Number = Epoch.Number + 1 } },
        })).Rule);

    [Fact]
    public void A_primary_that_hears_nobody_does_not_record_itself() =>
        Assert.Empty(Decide(HealthyGroup.WithoutLease().Seeing(Beta, GroupState.Unreachable).Seeing(Gamma, GroupState.Unreachable)).Actions);

    [Fact]
    public void Whom_the_group_has_elected_takes_the_lease_in_the_term_that_it_knows() =>
        Assert.Equal([new HaAction.AcquireLease(SessionOf(Beta), new Term(10), SyncRevision, null)], Decide(Elected).Actions);

    [Fact]
    public void A_handover_ends_with_its_request() =>
        Assert.Contains(new HaAction.ClearSwitchover(new Revision(60)), Decide(Elected.AskedToSwitch(Alpha, Beta)).Actions);

    [Fact]
    public void A_member_that_group_and_store_both_miss_is_put_out_and_one_that_only_the_group_misses_is_not()
    {
        var missed = HealthyGroup.Seeing(Gamma, GroupState.Unreachable)
            .WithMemory(memory => memory with { Group = memory.Group with { Addresses = memory.Group.Addresses.Add(ServerOf(Gamma), AddressOf(Gamma)), DeadSince = memory.Group.DeadSince.Add(ServerOf(Gamma), Now) } });

        Assert.Empty(Decide(missed).Actions);
        Assert.Equal([new HaAction.Begin(new DatabaseWork.Expel(AddressOf(Gamma)))], Decide(missed.WithoutReport(Gamma)).Actions);
        Assert.Empty(Invariants.Check(missed.WithoutReport(Gamma), Decide(missed.WithoutReport(Gamma))));
    }

    [Fact]
    public void No_group_is_begun_while_another_member_serves()
    {
        var outside = SeenBy(HealthyGroup, Beta).WithDatabase(_ => OutsideOf(Beta)).LetGo().Leading();

        Assert.Equal([new HaAction.Begin(new DatabaseWork.JoinGroup([AddressOf(Alpha), AddressOf(Gamma)], GroupMode.SinglePrimary))], Decide(outside).Actions);
        Assert.Equal(Rule.JoinGroup, Decide(outside.AskedToSwitch(null, Beta)).Rule);
    }

    [Fact]
    public void No_group_is_begun_by_a_member_that_lacks_what_another_one_holds()
    {
        var behind = NoGroup.Leading().Holding(Beta, "1-99");
        var apart = NoGroup.Leading().Holding(Alpha, "1-90:106").Holding(Beta, "1-101:103").Holding(Gamma, "1-101:105");

        Assert.Equal((Rule.YieldToBetter, Release), (Decide(behind).Rule, Decide(behind).Actions.Single()));
        Assert.Equal((Rule.NoMemberHoldsAll, Release), (Decide(apart).Rule, Decide(apart).Actions.Single()));
        Assert.Contains("2 transactions are missing", Decide(apart).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void No_group_is_begun_before_every_member_of_the_last_one_is_heard()
    {
        ClusterView[] views =
        [
            NoGroup.WithoutReport(Gamma),
            NoGroup.WithReport(Gamma, Ended),
            NoGroup.WithReport(Gamma, report => report with { State = MemberState.Starting }),
            NoGroup.WithReport(Gamma, report => report with { Group = null }),
        ];

        Assert.All(views.Select(view => view.Holding(Alpha, "1-9").Leading()), view =>
        {
            Assert.Equal((Rule.AwaitMembers, Release), (Decide(view).Rule, Decide(view).Actions.Single()));
            Assert.Contains("gamma", Decide(view).Reason, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void No_lease_is_taken_from_one_that_may_be_beginning_a_group()
    {
        ClusterView[] views = [NoGroup.Holding(Alpha, "1-9"), NoGroup.WithoutReport(Gamma).AskedToSwitch(null, Beta)];

        Assert.All(views.Select(view => view.WithLeader(Alpha)), view =>
            Assert.Equal((Rule.AwaitMembers, 0), (Decide(view).Rule, Decide(view).Actions.Length)));
    }

    [Fact]
    public void Who_holds_the_lease_and_begins_no_group_gives_it_up_while_nobody_serves()
    {
        ClusterView[] views =
        [
            NoGroup.AskedToSwitch(null, Gamma),
            NoGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Crashed)),
            NoGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Crashed)).HavingFailed(DatabaseJobKind.StartReplica, 1, TimeSpan.Zero),
            NoGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped) with { Directory = DataDirectoryState.Empty }),
        ];

        Assert.All(views, view => Assert.Equal(Release, Decide(view.Leading()).Actions[0]));
        Assert.All(views, view => Assert.DoesNotContain(Decide(view).Actions, action => action is HaAction.ReleaseLease));
    }

    [Fact]
    public void A_lease_is_given_up_once_more_when_the_answer_was_lost() =>
        Assert.Equal([Release], Decide(NoGroup.Leading().WithMemory(memory => memory with { GivenAway = new Term(30) })).Actions);

    [Fact]
    public void A_crashed_primary_keeps_the_lease_for_whom_the_others_elect() =>
        Assert.DoesNotContain(Decide(HealthyGroup.WithDatabase(_ => DownOf(Alpha, DatabaseProcess.Crashed))).Actions, action => action is HaAction.ReleaseLease);

    [Fact]
    public void The_lease_is_not_given_up_while_the_group_is_being_begun() =>
        Assert.Empty(Decide(NoGroup.Leading().Doing(DatabaseJobKind.BootstrapGroup)).Actions);

    [Fact]
    public void One_that_was_not_in_the_last_group_need_not_be_heard() =>
        Assert.Equal(Rule.BootstrapGroup, Decide(NoGroup.WithoutReport(Gamma).Holding(Alpha, "1-9").WithStore(store => store with
        {
            Failsafe = store.Failsafe! with { ApiUrls = store.Failsafe.ApiUrls.Remove(Gamma) },
        })).Rule);

    [Fact]
    public void One_that_was_not_in_the_last_group_is_waited_for_when_it_is_known_to_hold_more()
    {
        var view = NoGroup.Holding(Alpha, "1-9").WithReport(Gamma, Ended).WithStore(store => store with
        {
            Failsafe = store.Failsafe! with { ApiUrls = store.Failsafe.ApiUrls.Remove(Gamma) },
        });

        Assert.Equal(Rule.BootstrapGroup, Decide(view).Rule);
        Assert.Equal(Rule.AwaitMembers, Decide(view.Holding(Gamma, "1-101")).Rule);
    }

    [Fact]
    public void A_person_may_begin_the_group_without_the_silent_and_the_request_is_cleared_then()
    {
        var wished = NoGroup.WithoutReport(Gamma).Holding(Beta, "1-9").AskedToSwitch(null, Beta);

        Assert.IsType<HaAction.AcquireLease>(Assert.Single(Decide(wished).Actions));
        var actions = Decide(wished.Leading()).Actions;
        Assert.Equal(new HaAction.ClearSwitchover(new Revision(60)), actions[0]);
        Assert.Equal([Beta], Assert.IsType<HaAction.WriteFailsafe>(actions[1]).ApiUrls.Keys);
        Assert.Equal(new HaAction.Begin(new DatabaseWork.BootstrapGroup(null)), actions[2]);
    }

    [Fact]
    public void A_switchover_that_names_the_last_primary_begins_no_group() =>
        Assert.Equal(Rule.AwaitMembers, Decide(NoGroup.WithoutReport(Gamma).AskedToSwitch(Alpha, Beta)).Rule);

    [Fact]
    public void A_member_that_may_not_lead_leaves_the_group_to_an_equal()
    {
        var view = NoGroup.WithReport(Alpha, report => report with { Tags = new MemberTags { NoFailover = true } });

        Assert.Equal(Rule.BootstrapGroup, Decide(view).Rule);
        Assert.Equal(Rule.YieldToBetter, Decide(view with { Tags = new MemberTags { FailoverPriority = 0 } }).Rule);
    }

    [Fact]
    public void A_dead_member_is_put_out_by_exactly_one_of_those_that_are_left()
    {
        foreach (var dead in (MemberName[])[Alpha, Beta, Gamma])
        {
            var deciders = ((MemberName[])[Alpha, Beta, Gamma])
                .Where(member => member != dead)
                .Where(member => Decide(SeenBy(HealthyGroup.WithReport(dead, Ended), member)) is { Rule: Rule.ExpelDead })
                .ToArray();

            Assert.Equal([dead == Alpha ? Beta : Alpha], deciders);
        }
    }

    [Fact]
    public void A_dead_member_is_put_out_by_the_address_that_the_group_knows() =>
        Assert.Equal([new HaAction.Begin(new DatabaseWork.Expel(AddressOf(Alpha)))], Decide(InGroup.WithReport(Alpha, Ended)).Actions);

    [Fact]
    public void The_dead_are_put_out_once_a_second_at_most()
    {
        var asked = InGroup.WithReport(Alpha, Ended).HavingDone(DatabaseJobKind.Expel, JobState.Failed);

        Assert.Equal(Rule.ExpelDead, Decide(asked).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(asked.WithDatabase(database => database with { Job = database.Job! with { EndedAt = Now } })).Rule);
    }

    [Fact]
    public void A_member_that_joins_is_never_put_out()
    {
        var joining = HealthyGroup.Seeing(Gamma, GroupState.Recovering).WithReport(Gamma, OutOfGroup);

        Assert.Equal(Rule.KeepLeading, Decide(joining).Rule);
        Assert.Equal(Rule.KeepLeading, Decide(joining.WithReport(Gamma, report => report with
        {
            Group = report.Group! with { State = GroupState.Recovering },
        })).Rule);
    }

    [Fact]
    public void A_member_whose_agent_is_silent_is_not_put_out() =>
        Assert.Equal(Rule.KeepLeading, Decide(HealthyGroup.WithoutReport(Gamma)).Rule);

    [Fact]
    public void A_group_dissolves_when_two_of_three_have_ended_and_not_when_one_has()
    {
        Assert.Equal([new HaAction.Fence()], Decide(HealthyGroup.WithReport(Beta, Ended).WithReport(Gamma, Ended)).Actions);
        Assert.Equal(Rule.ExpelDead, Decide(HealthyGroup.WithReport(Beta, Ended)).Rule);
    }

    [Fact]
    public void A_group_does_not_dissolve_while_one_that_it_misses_may_still_be_in_it()
    {
        var decision = Decide(HealthyGroup.WithReport(Beta, Ended).Seeing(Gamma, GroupState.Unreachable));

        Assert.Equal((Rule.MajorityLost, 0), (decision.Rule, decision.Actions.Length));
    }

    [Fact]
    public void A_hung_server_is_killed_only_while_others_serve()
    {
        var hung = HealthyGroup
            .WithDatabase(database => database with { IsResponsive = false })
            .WithMemory(memory => memory with { UnresponsiveSince = Now - TimeSpan.FromSeconds(2) });

        Assert.Equal([new HaAction.Fence()], Decide(hung).Actions);
        Assert.Empty(Decide(hung.WithReport(Beta, OutOfGroup).WithReport(Gamma, Ended)).Actions);
        Assert.Empty(Decide(hung.WithoutReport(Beta).WithoutReport(Gamma)).Actions);
        Assert.Empty(Decide(hung.WithMemory(memory => memory with { UnresponsiveSince = Now - TimeSpan.FromSeconds(1) })).Actions);
    }

    [Fact]
    public void In_a_pause_whom_the_group_has_elected_is_recorded_and_nothing_else_happens()
    {
        ClusterView[] leftAlone =
        [
            HealthyGroup, InGroup, Frozen, NoGroup.Holding(Alpha, "1-9").Leading(), InGroup.WithDatabase(_ => OutsideOf(Beta)),
            HealthyGroup.WithReport(Gamma, Ended),
            HealthyGroup.WithReport(Beta, Ended).WithReport(Gamma, Ended),
            InGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Crashed)),
            NoGroup.WithDatabase(database => database with { Job = new DatabaseJob(5, DatabaseJobKind.JoinGroup, JobState.Running, TimeSpan.Zero, null, "") }),
        ];

        Assert.All(leftAlone, view => Assert.Empty(Decide(view.Paused()).Actions));
        Assert.Equal(Rule.RecordPrimary, Decide(Elected.Paused()).Rule);
        Assert.Equal(Rule.ElectPrimary, Decide(HealthyGroup.Paused().AskedToSwitch(Alpha, Beta)).Rule);
    }

    [Fact]
    public void A_copy_is_taken_from_one_that_is_no_primary_unless_there_is_none()
    {
        var empty = InGroup.WithDatabase(_ => DownOf(Beta, DatabaseProcess.Stopped) with { Directory = DataDirectoryState.Empty });

        Assert.Equal([new HaAction.Begin(new DatabaseWork.CloneFrom(new Upstream(Gamma, Gamma.Text, 3306)))], Decide(empty).Actions);
        Assert.Equal(
            [new HaAction.Begin(new DatabaseWork.CloneFrom(new Upstream(Alpha, Alpha.Text, 3306)))], Decide(empty.WithReport(Gamma, OutOfGroup)).Actions);
    }

    [Fact]
    public void Nothing_is_done_on_the_word_of_a_store_that_went_back() =>
        Assert.All(
            GroupExamples.All.Select(example => example.View.WithStore(store => store with { Setback = new StoreSetback(new Revision(100), new Revision(40), null) })),
            view => Assert.Empty(Decide(view).Actions));

    private static Decision Decide(ClusterView view) => TurnRules.Decide(view).Leadership;
}
