using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests;

/// <summary>Questions asked of every view that can be put together out of the parts of the examples.</summary>
public class WholeTableTests
{
    private const int Views = 200_000;

    [Fact]
    public void No_invariant_objects_to_any_decision()
    {
        foreach (var view in EveryView())
        {
            foreach (var (concern, decision) in TurnRules.Decide(view).Decisions)
            {
                var objections = Invariants.Check(view, decision);
                if (objections.Count > 0)
                {
                    Assert.Fail($"{concern}: {decision.Rule}: {string.Join("; ", objections)}\n{view}");
                }
            }
        }
    }

    [Fact]
    public void Nothing_is_promoted_or_started_as_a_primary_without_a_live_lease() =>
        Assert.DoesNotContain(EveryView().Where(view => !view.SelfHoldsLiveLease), view =>
            TurnRules.Decide(view).Leadership.Actions.Any(action => action is HaAction.Begin { Work: DatabaseWork.Promote or DatabaseWork.StartPrimary }));

    [Fact]
    public void A_primary_that_may_not_be_one_is_fenced_taken_over_or_named_as_let_be()
    {
        Rule[] named =
        [
            Rule.FenceWithoutLease, Rule.FenceUnknownPrimary, Rule.ReclaimLease, Rule.AdoptPrimary, Rule.AdoptSystem, Rule.WaitForSession,
            Rule.WaitForStore, Rule.WaitForStoreUnderGuard, Rule.KeepPrimaryWhilePaused, Rule.ShutDown, Rule.RetakeLease, Rule.KeepPrimaryOnTrust,
        ];
        foreach (var view in EveryView().Where(view => view.Database is { Group: null, IsRunningPrimary: true } && !view.SelfHoldsLiveLease && view.Store.Initialization is not { SystemId: null }))
        {
            var rule = TurnRules.Decide(view).Leadership.Rule;
            Assert.True(named.Contains(rule) || (rule == Rule.StoreWentBack && (view.Policy.IsPaused || view.ServesUntil is not null)), $"{rule}");
        }
    }

    [Fact]
    public void No_group_is_begun_without_the_lease_or_while_another_member_serves() =>
        Assert.DoesNotContain(EveryView().Where(view => !view.SelfHoldsLiveLease || view.Others.Any(report => report.Group is { IsServing: true })), view =>
            TurnRules.Decide(view).Leadership.Actions.Any(action => action is HaAction.Begin { Work: DatabaseWork.BootstrapGroup }));

    [Fact]
    public void A_paused_group_is_left_alone_but_for_what_is_recorded_and_what_an_operator_asks() =>
        Assert.All(
            EveryView().Where(view => view is
            {
                Database.Group: not null, Policy.IsPaused: true, Request: null, Store: { Switchover: null, Initialization.SystemId: not null },
            }),
            view => Assert.All(TurnRules.Decide(view).Leadership.Actions, action => Assert.IsType<HaAction.AcquireLease>(action)));

    [Fact]
    public void No_second_job_is_begun_beside_one_that_must_not_be_interrupted() =>
        Assert.DoesNotContain(EveryView().Where(view => view.Database.IsBusy), view =>
            TurnRules.Decide(view).Decisions.SelectMany(item => item.Decision.Actions).Any(action => action is HaAction.Begin { Work: not DatabaseWork.Stop }));

    [Fact]
    public void The_next_turn_never_comes_later_than_the_loop_waits_nor_later_than_the_fence()
    {
        foreach (var view in EveryView())
        {
            var wakeAt = TurnRules.Decide(view).WakeAt;
            Assert.InRange(wakeAt, view.Now, view.Now + view.Policy.LoopWait);
            Assert.True(!view.SelfHoldsLiveLease || wakeAt <= view.MayServeUntil);
        }
    }

    /// <summary>The same views in every run: parts of the examples, put together by a seeded choice, and some of them shaken.</summary>
    private static IEnumerable<ClusterView> EveryView()
    {
        var examples = Examples.All.Select(example => example.View).ToArray();
        var random = new Random(20260501);
        for (var index = 0; index < Views; index++)
        {
            var whole = Any();
            yield return whole with
            {
                Policy = random.Next(3) == 0
                    ? whole.Policy with { SynchronousMode = (SynchronousMode)random.Next(3), IsPaused = random.Next(4) == 0, SynchronousNodeCount = 1 + random.Next(2) }
                    : Any().Policy,
                Store = Shaken(Any().Store),
                Session = Any().Session,
                Database = Any().Database,
                Memory = Any().Memory,
                Tags = Any().Tags,
                Request = Any().Request,
            };
        }

        ClusterView Any() => examples[random.Next(examples.Length)];

        StoreView Shaken(StoreView store) => !store.IsKnown ? store : store with
        {
            Sync = random.Next(2) == 0 ? Any().Store.Sync : new SyncState(Pick(), random.Next(2) == 0 ? [] : [Pick()]),
            Switchover = random.Next(3) == 0 ? Any().Store.Switchover : store.Switchover,
            History = random.Next(3) == 0 ? Any().Store.History : store.History,
            Members = random.Next(3) == 0 ? Any().Store.Members : store.Members,
        };

        MemberName Pick() => random.Next(3) switch { 0 => Alpha, 1 => Beta, _ => Gamma };
    }
}
