using System.Text;
using CsCheck;
using Holdfast.Router.Sessions.Protocol;
using Xunit;

namespace Holdfast.Router.Tests.Protocol;

public class ConversationTests
{
    private const bool Idle = true;
    private const bool Busy = false;

    /// <summary>What was said, and whether the session may move then.</summary>
    public static TheoryData<string, bool> Scripts => new()
    {
        { "> Q", Busy },
        { "> Q < T D", Busy },
        { "> Q < T D C ZI", Idle },
        { "> Q < C ZT", Busy },
        { "> Q < C ZT > Q < E ZE", Busy },
        { "> Q < C ZT > Q < E ZE > Q < C ZI", Idle },
        { "> Q Q < C ZI", Busy },
        { "> Q Q < C ZI C ZI", Idle },
        { "> P", Busy },
        { "> P B D E < 1 2 T D C", Busy },
        { "> P B D E S < 1 2 T D C ZI", Idle },
        { "> P B D H < 1 2 T", Busy },
        { "> P B E S P B E S < 1 2 C ZI", Busy },
        { "> P B E S P B E S < 1 2 C ZI 1 2 C ZI", Idle },
        { "> P B E S < 1 2 C ZI > P B", Busy },
        { "> P B E S < E ZI", Idle },
        { "> P B E S P B E S < E ZI 1 2 C ZI", Idle },
        { "> F < V ZI", Idle },
        { "> Q < H d d c C ZI", Idle },
        { "< S N A", Idle },
    };

    /// <summary>COPY FROM, which turns the conversation round.</summary>
    public static TheoryData<string, bool> Copies => new()
    {
        { "> Q < G", Busy },
        { "> Q < G > d d", Busy },
        { "> Q < G > d d c", Busy },
        { "> Q < G > d d c < C ZI", Idle },
        { "> Q < G > d S d S c < C ZI", Idle },
        { "> Q < G > d f < E ZI", Idle },
        { "> Q d d c < G C ZI", Idle },
        { "> Q < G > d < E ZI > d c", Idle },
        { "> Q < G > d < E ZI > d c Q", Busy },
        { "> Q < G > d < E ZI > d c Q < C ZI", Idle },
        { "> Q < G > d c < C G > d c < C ZI", Idle },
        { "> P B D E S < 1 2 n G", Busy },
        { "> P B D E S < 1 2 n G > d c", Busy },
        { "> P B D E S < 1 2 n G > d c S < C ZI", Idle },
        { "> P B E H < 1 2 G > d c S < C ZI", Idle },
        { "> P B E S d d c S < 1 2 G C ZI", Idle },
        { "> P B E S d d f S < 1 2 G E ZI", Idle },
        { "> P B E S < 1 2 G > d < E > d c S < ZI", Idle },
        { "> P B E S < E ZI > d c S < ZI", Idle },
        { "> Q < W", Busy },
        { "> c", Idle },
        { "> c > Q < C ZI", Idle },
    };

    [Theory]
    [MemberData(nameof(Scripts))]
    public void A_session_may_move_between_transactions_only(string script, bool isIdle) => Check(script, isIdle);

    [Theory]
    [MemberData(nameof(Copies))]
    public void A_session_may_not_move_in_the_middle_of_a_copy(string script, bool isIdle) => Check(script, isIdle);

    [Fact]
    public void A_session_may_not_move_in_the_middle_of_a_message()
    {
        var query = MessageWriter.Query("select 1");
        var ready = new MessageWriter().Begin((byte)'Z').Byte((byte)'I').End().ToArray();

        var fromClient = new Conversation();
        Assert.True(fromClient.ClientSent(query.AsSpan(0, 1)));
        Assert.False(fromClient.IsIdle);

        var fromServer = new Conversation();
        Assert.True(fromServer.ServerSent(ready.AsSpan(0, 5)));
        Assert.False(fromServer.IsIdle);
        Assert.False(fromServer.IsAtServerBoundary);
    }

    [Theory]
    [InlineData("GET / HTTP/1.1\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001\u0002\u0000\u0001")]
    [InlineData("\0\0\0\u0008\u0004\u00d2\u0016\u002f")]
    [InlineData("Q\0\0\0\u0003")]
    public void What_is_no_message_of_a_client_s_is_told_from_one(string words) =>
        Assert.False(new Conversation().ClientSent(Encoding.Latin1.GetBytes(words)));

    [Fact]
    public void A_good_bye_is_remembered()
    {
        Assert.True(Talk.Of("> X").IsTerminated);
        Assert.False(Talk.Of("> Q").IsTerminated);
    }

    [Fact]
    public void A_server_s_last_word_is_told_from_an_error()
    {
        var fatal = new Conversation();
        Assert.True(fatal.ServerSent(MessageWriter.Fatal("57P01", "terminating connection")));

        Assert.True(fatal.HasFailed);
        Assert.False(Talk.Of("> Q < E ZI").HasFailed);
    }

    [Fact]
    public void Statements_and_parameters_are_shown_to_whoever_asks()
    {
        List<string> seen = [];
        var conversation = new Conversation
        {
            OnStatement = (type, body) => seen.Add($"{(char)type} {Encoding.UTF8.GetString(body)}"),
            OnParameter = (type, body) => seen.Add($"{(char)type} {Encoding.UTF8.GetString(body)}"),
        };

        conversation.ClientSent(MessageWriter.Query("set a.b = 1"));
        conversation.ServerSent(new MessageWriter().Begin((byte)'S').Text("TimeZone").Text("UTC").End().ToArray());

        Assert.Equal(["Q set a.b = 1\0", "S TimeZone\0UTC\0"], seen);
    }

    [Fact]
    public void A_client_that_runs_far_ahead_never_counts_as_idle_again()
    {
        var conversation = new Conversation();
        var query = MessageWriter.Query("");
        for (var count = 0; count < 70_000; count++)
        {
            Assert.True(conversation.ClientSent(query));
        }

        var ready = new MessageWriter().Begin((byte)'Z').Byte((byte)'I').End().ToArray();
        for (var count = 0; count < 70_000; count++)
        {
            Assert.True(conversation.ServerSent(ready));
        }

        Assert.False(conversation.IsIdle);
    }

    [Fact]
    public void Where_the_streams_are_cut_makes_no_difference() =>
        Gen.Select(Pieces.AnyOf(Scripts.Concat(Copies).Select(row => row.Data.Item1).ToArray()), Pieces.Cuts).Sample((script, cuts) =>
        {
            var (whole, cut) = (Talk.Of(script), Talk.Of(script, cuts));
            Assert.Equal((whole.IsIdle, whole.Status, whole.IsTerminated), (cut.IsIdle, cut.Status, cut.IsTerminated));
        });

    [Fact]
    public void Any_bytes_at_all_from_both_sides_are_taken_or_refused() =>
        Gen.Select(Gen.Bool, Gen.Byte.Array[0, 60]).Array[1, 12].Sample(pieces =>
        {
            var conversation = new Conversation();
            _ = pieces.TakeWhile(piece => piece.Item1 ? conversation.ClientSent(piece.Item2) : conversation.ServerSent(piece.Item2)).Count();
        });

    private static void Check(string script, bool isIdle) => Assert.Equal(isIdle, Talk.Of(script).IsIdle);
}
