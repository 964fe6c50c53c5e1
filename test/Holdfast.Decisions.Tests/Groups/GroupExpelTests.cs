using Holdfast.Decisions.Safety;
using Holdfast.Model;
using Holdfast.Model.Groups;
using Xunit;
using static Holdfast.Decisions.Tests.Groups.GroupViews;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Groups;

/// <summary>Who puts out a dead member, and when.</summary>
public class GroupExpelTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);
    private static readonly ClusterView AlphaEnded = HealthyGroup.WithReport(Alpha, Ended);
    private static readonly ClusterView GammaOutside = HealthyGroup.WithReport(Gamma, OutOfGroup);

    [Fact]
    public void The_first_does_it_at_once_and_the_next_one_two_seconds_later()
    {
        Assert.Equal(Rule.ExpelDead, Decide(SeenBy(AlphaEnded, Beta)).Rule);
        Assert.Equal(Rule.KeepFollowing, Decide(SeenBy(AlphaEnded, Gamma).DeadFor(Alpha, (2 * Second) - Tick)).Rule);
        Assert.Equal(Rule.ExpelDead, Decide(SeenBy(AlphaEnded, Gamma).DeadFor(Alpha, 2 * Second)).Rule);
    }

    [Fact]
    public void One_that_could_not_do_it_has_no_turn()
    {
        Func<MemberReport, MemberReport>[] unable =
        [
            OutOfGroup,
            report => report with { Group = report.Group! with { State = GroupState.Recovering } },
            report => report with
            {
                Group = report.Group! with { Members = [.. report.Group.Members.Select(peer => peer with { State = GroupState.Unreachable })] },
            },
        ];

        Assert.All(unable, change => Assert.Equal(
            [PutOut(Alpha)], Decide(SeenBy(AlphaEnded.WithReport(Beta, change), Gamma)).Actions));
    }

    [Fact]
    public void One_whose_agent_is_gone_has_no_turn() =>
        Assert.Equal(Rule.ExpelDead, Decide(SeenBy(AlphaEnded.WithoutReport(Beta), Gamma)).Rule);

    [Theory]
    [InlineData(GroupState.Offline)]
    [InlineData(GroupState.Error)]
    public void One_that_runs_outside_of_the_group_again_is_put_out_after_a_second(GroupState state)
    {
        var outside = GammaOutside.WithReport(Gamma, report => report with { Group = report.Group! with { State = state } });

        Assert.Equal(Rule.KeepLeading, Decide(outside).Rule);
        Assert.Equal(Rule.KeepLeading, Decide(outside.DeadFor(Gamma, Second - Tick)).Rule);
        Assert.Equal([PutOut(Gamma)], Decide(outside.DeadFor(Gamma, Second)).Actions);
    }

    [Fact]
    public void The_next_in_turn_puts_out_one_that_runs_outside_after_three_seconds()
    {
        var seen = SeenBy(HealthyGroup.WithReport(Alpha, OutOfGroup), Gamma);

        Assert.Equal(Rule.KeepFollowing, Decide(seen.DeadFor(Alpha, (3 * Second) - Tick)).Rule);
        Assert.Equal([PutOut(Alpha)], Decide(seen.DeadFor(Alpha, 3 * Second)).Actions);
    }

    [Fact]
    public void One_that_is_joining_is_left_in_however_long_it_takes()
    {
        var joining = GammaOutside.WithReport(Gamma, report => report with { Group = report.Group! with { IsJoining = true } }).DeadFor(Gamma, TimeSpan.FromHours(1));

        Assert.Equal(Rule.KeepLeading, Decide(joining).Rule);
        Assert.Contains("does not say that it has ended", Assert.Single(Invariants.Check(joining, new(Rule.ExpelDead, "as a test wants it", PutOut(Gamma)))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MemberState.Starting)]
    [InlineData(MemberState.StartFailed)]
    [InlineData(MemberState.Stopped)]
    public void One_whose_server_is_down_is_put_out_at_once_whatever_is_done_about_it(MemberState state) =>
        Assert.Equal([PutOut(Gamma)], Decide(HealthyGroup.WithReport(Gamma, report => Ended(report) with { State = state })).Actions);

    [Theory]
    [InlineData(MemberState.Stopping)]
    [InlineData(MemberState.Restarting)]
    public void One_that_is_leaving_in_good_order_is_left_to_it(MemberState state) =>
        Assert.Equal(Rule.KeepLeading, Decide(HealthyGroup.WithReport(Gamma, report => Ended(report) with { State = state }).DeadFor(Gamma, TimeSpan.FromHours(1))).Rule);

    [Fact]
    public void One_whose_agent_is_gone_is_put_out_only_while_the_store_s_word_of_that_is_fresh()
    {
        var gone = HealthyGroup.WithoutReport(Gamma).Knowing(Gamma).Seeing(Gamma, GroupState.Unreachable);
        var stale = gone.WithStore(store => store with { ConfirmedAt = Now - gone.Policy.TimeToLive });

        Assert.Equal([PutOut(Gamma)], Decide(gone).Actions);
        Assert.Equal(Rule.ExpelDead, Decide(stale.WithStore(store => store with { ConfirmedAt = store.ConfirmedAt + Tick })).Rule);
        Assert.Equal(Rule.KeepLeading, Decide(stale).Rule);
    }

    [Fact]
    public void One_whose_address_was_never_heard_cannot_be_put_out() =>
        Assert.Equal(Rule.KeepLeading, Decide(HealthyGroup.WithoutReport(Gamma).Seeing(Gamma, GroupState.Unreachable)).Rule);

    private static HaAction.Begin PutOut(MemberName member) => new HaAction.Begin(new DatabaseWork.Expel(AddressOf(member)));

    private static Decision Decide(ClusterView view) => TurnRules.Decide(view).Leadership;
}
