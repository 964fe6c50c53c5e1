using Holdfast.Decisions.Members;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Decisions.Tests;

public class MemberStateTests
{
    [Fact]
    public void Every_state_has_a_way_on() =>
        Assert.All(Enum.GetValues<MemberState>(), state => Assert.NotEmpty(MemberStates.Transitions[state]));

    [Fact]
    public void Every_state_is_reached_from_a_stopped_member()
    {
        var reached = new HashSet<MemberState> { MemberState.Stopped };
        while (reached.SelectMany(state => Enum.GetValues<MemberState>().Where(next => MemberStates.MayFollow(state, next))).Any(reached.Add))
        {
        }

        Assert.Equal(Enum.GetValues<MemberState>(), reached.Order());
    }

    [Fact]
    public void A_member_can_come_to_stream_from_every_state()
    {
        foreach (var from in Enum.GetValues<MemberState>())
        {
            var reached = new HashSet<MemberState> { from };
            while (reached.SelectMany(state => Enum.GetValues<MemberState>().Where(next => MemberStates.MayFollow(state, next))).Any(reached.Add))
            {
            }

            Assert.Contains(MemberState.Streaming, reached);
        }
    }

    [Fact]
    public void Every_example_shows_itself_in_some_state() =>
        Assert.All(Examples.All, example => Assert.True(Enum.IsDefined(MemberStates.Of(example.View))));
}
