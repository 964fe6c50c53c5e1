using Holdfast.Router.Sessions.Protocol;
using Xunit;

namespace Holdfast.Router.Tests.Protocol;

/// <summary>
/// A conversation as a script: <c>&gt;</c> and <c>&lt;</c> say that the client's and the server's messages follow, one word each: a letter,
/// and for ReadyForQuery its status.
/// </summary>
internal sealed class Talk
{
    private readonly int[] cuts;

    public Talk(params int[] cuts)
    {
        this.cuts = cuts.Length > 0 ? cuts : [int.MaxValue];
    }

    public Conversation Conversation { get; } = new();

    public static Conversation Of(string script, params int[] cuts) => new Talk(cuts).Follow(script).Conversation;

    public Talk Follow(string script)
    {
        var isClient = true;
        var writer = new MessageWriter();
        foreach (var word in script.Split(' '))
        {
            if (word is ">" or "<")
            {
                Say(isClient, writer.ToArray());
                isClient = word == ">";
                writer = new();
            }
            else
            {
                Write(writer, word);
            }
        }

        Say(isClient, writer.ToArray());
        return this;
    }

    private static void Write(MessageWriter writer, string word)
    {
        writer.Begin((byte)word[0]);
        _ = word switch
        {
            ['Z', var status] => writer.Byte((byte)status),
            ['S'] or ['c'] or ['H'] => writer,
            _ => writer.Text("some text"),
        };
        writer.End();
    }

    private void Say(bool isClient, byte[] stream)
    {
        foreach (var piece in Pieces.Of(stream, cuts))
        {
            Assert.True(isClient ? Conversation.ClientSent(piece) : Conversation.ServerSent(piece));
        }
    }
}
