using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

public class ExampleTests
{
    public static TheoryData<string> Names => [.. Examples.All.Select(example => example.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_example_reaches_its_rule_and_no_invariant_objects(string name)
    {
        var example = Examples.All.Single(item => item.Name == name);
        var turn = TurnRules.Decide(example.View);

        Assert.Contains(example.Rule, turn.Decisions.Select(item => item.Decision.Rule));
        Assert.All(turn.Decisions, item => Assert.Empty(Invariants.Check(example.View, item.Decision)));
    }

    [Fact]
    public void Every_rule_is_reached_by_a_named_example() =>
        Assert.Equal([], Enum.GetValues<Rule>().Except(Examples.All.Select(example => example.Rule)));

    [Fact]
    public void Every_decision_gives_its_reason_in_words() =>
        Assert.All(Examples.All, example => Assert.All(TurnRules.Decide(example.View).Decisions, item => Assert.NotEmpty(item.Decision.Reason)));

    [Fact]
    public void The_same_view_gives_the_same_decisions() =>
        Assert.All(Examples.All, example => Assert.Equal(
            TurnRules.Decide(example.View).Decisions.Select(item => item.Decision.Reason),
            TurnRules.Decide(example.View).Decisions.Select(item => item.Decision.Reason)));

    [Fact]
    public void A_promotion_records_itself_alone_before_it_begins_in_synchronous_mode()
    {
        var view = Following.WithLeader(Beta).Synchronous(Beta).WithMemory(memory => memory with { LeadingSince = Now });

        var actions = TurnRules.Decide(view).Leadership.Actions;

        Assert.Equal(new HaAction.WriteSync(new Term(30), SyncRevision, new SyncState(Beta, [])), actions[0]);
        Assert.IsType<HaAction.SetSynchronous>(actions[1]);
        Assert.IsType<DatabaseWork.Promote>(Assert.IsType<HaAction.Begin>(actions[2]).Work);
    }

    [Fact]
    public void A_standby_leaves_the_store_before_commits_stop_waiting_for_it()
    {
        var actions = TurnRules.Decide(Healthy.Synchronous(Beta).WaitingFor(Beta).WithDatabase(database => database with { Standbys = [] })).Synchrony.Actions;

        Assert.IsType<HaAction.WriteSync>(actions[0]);
        Assert.IsType<HaAction.SetSynchronous>(actions[1]);
    }

    [Fact]
    public void A_standby_that_has_not_flushed_what_was_acknowledged_before_is_not_named() =>
        Assert.Equal(Rule.KeepSynchrony, TurnRules.Decide(Healthy.Synchronous().WaitingFor(Beta).WithDatabase(database => database with
        {
            Standbys = [new StandbyConnection(Beta, true, true, new LogPosition(499))],
        })).Synchrony.Rule);

    [Fact]
    public void A_failed_promotion_is_killed_before_the_lease_is_given_back()
    {
        var failed = Following.WithLeader(Beta).WithMemory(memory => memory with { LeadingSince = Now }).HavingFailed(DatabaseJobKind.Promote, 1, TimeSpan.Zero);

        Assert.Equal([new HaAction.Fence()], TurnRules.Decide(failed).Leadership.Actions);
        Assert.Contains(TurnRules.Decide(failed.Crashed(false)).Leadership.Actions, action => action is HaAction.ReleaseLease);
    }
}
