using Holdfast.Decisions.Routing;
using Xunit;
using static Holdfast.Decisions.Tests.Views;

namespace Holdfast.Decisions.Tests.Routing;

public class ReadChoiceTests
{
    [Theory]
    [InlineData(ReadBalance.LeastConnections)]
    [InlineData(ReadBalance.RoundRobin)]
    public void Nobody_is_chosen_among_none(ReadBalance balance) =>
        Assert.Equal(-1, ReadChoice.Choose(balance, [], 7));

    [Fact]
    public void The_one_with_the_fewest_connections_is_chosen_whoever_s_turn_it_is() =>
        Assert.All(Enumerable.Range(0, 6), turn => Assert.Equal(1, Choose(ReadBalance.LeastConnections, turn, (5, true, 1), (2, true, 1), (3, true, 1))));

    [Fact]
    public void Equal_ones_take_turns() =>
        Assert.Equal([0, 1, 2, 0, 1, 2], Enumerable.Range(0, 6).Select(turn => Choose(ReadBalance.LeastConnections, turn, (2, true, 1), (2, true, 1), (2, true, 1))));

    [Fact]
    public void Round_robin_does_not_look_at_connections() =>
        Assert.Equal([0, 1, 2, 0], Enumerable.Range(0, 4).Select(turn => Choose(ReadBalance.RoundRobin, turn, (9, true, 1), (0, true, 1), (4, true, 1))));

    [Theory]
    [InlineData(ReadBalance.LeastConnections)]
    [InlineData(ReadBalance.RoundRobin)]
    public void A_near_one_comes_before_every_far_one(ReadBalance balance) =>
        Assert.All(Enumerable.Range(0, 6), turn => Assert.Equal(2, Choose(balance, turn, (0, false, 1), (0, false, 1), (100, true, 1))));

    [Theory]
    [InlineData(ReadBalance.LeastConnections)]
    [InlineData(ReadBalance.RoundRobin)]
    public void Far_ones_serve_when_nobody_is_near(ReadBalance balance) =>
        Assert.Equal([0, 1], Enumerable.Range(0, 8).Select(turn => Choose(balance, turn, (1, false, 1), (1, false, 1))).Distinct().Order());

    [Theory]
    [InlineData(ReadBalance.LeastConnections)]
    [InlineData(ReadBalance.RoundRobin)]
    public void One_that_has_just_returned_takes_about_its_share(ReadBalance balance)
    {
        var connections = new int[2];
        for (var turn = 0; turn < 320; turn++)
        {
            connections[Choose(balance, turn, (connections[0], true, 1), (connections[1], true, 0.25))]++;
        }

        Assert.InRange(connections[1], 35, 85);
    }

    private static int Choose(ReadBalance balance, int turn, params (int Connections, bool IsNear, double Share)[] candidates) =>
        ReadChoice.Choose(balance, [.. candidates.Select(one => new ReadCandidate(Alpha, one.Connections, one.IsNear, one.Share))], (uint)turn);
}
