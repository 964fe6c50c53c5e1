using CsCheck;
using Holdfast.Router.Sessions.Protocol;
using Xunit;

namespace Holdfast.Router.Tests.Protocol;

public class FrameWalkerTests
{
    private static readonly Gen<(char Type, byte[] Body)[]> Messages =
        Gen.Select(Gen.Char['A', 'z'], Gen.Byte.Array[0, 40]).Array[0, 8];

    [Fact]
    public void Messages_are_found_wherever_the_stream_is_cut() =>
        Gen.Select(Messages, Pieces.Cuts).Sample((messages, cuts) =>
        {
            var walked = Walk(Pieces.Of(StreamOf(messages), cuts), out var isAtBoundary);
            Assert.True(isAtBoundary);
            Assert.Equal(messages.Select(message => (message.Type, Convert.ToHexString(message.Body))), walked);
        });

    [Fact]
    public void A_stream_that_ends_inside_a_message_is_not_at_a_boundary()
    {
        byte[] message = [(byte)'Q', 0, 0, 0, 7, 1, 2, 3];
        for (var length = 1; length < message.Length; length++)
        {
            Walk([message[..length]], out var isAtBoundary);
            Assert.False(isAtBoundary, $"after {length} bytes");
        }
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(0x40000000u)]
    [InlineData(0xffffffffu)]
    public void A_length_that_cannot_be_is_no_message(uint length)
    {
        byte[] header = [(byte)'Q', (byte)(length >> 24), (byte)(length >> 16), (byte)(length >> 8), (byte)length];

        Assert.All(Enumerable.Range(1, 5), cut => Assert.True(IsBroken(Pieces.Of(header, cut))));
    }

    [Fact]
    public void A_message_s_first_step_tells_its_type_before_its_body_is_there()
    {
        var walker = default(FrameWalker);
        var offset = 0;

        Assert.True(walker.Next([(byte)'d', 0, 0, 0, 14, 1, 2], ref offset, out var first));
        Assert.Equal(((byte)'d', true, false, 2), (first.Type, first.Begins, first.Ends, first.Body.Length));

        offset = 0;
        Assert.True(walker.Next([3, 4, 5, 6, 7, 8, 9, 10, (byte)'c'], ref offset, out var last));
        Assert.Equal(((byte)'d', false, true, 8), (last.Type, last.Begins, last.Ends, last.Body.Length));
        Assert.Equal(8, offset);
    }

    [Fact]
    public void Any_bytes_at_all_are_walked_to_their_end() =>
        Gen.Select(Gen.Byte.Array[0, 300], Pieces.Cuts).Sample((bytes, cuts) =>
            Assert.Equal(IsBroken([bytes]), IsBroken(Pieces.Of(bytes, cuts))));

    private static byte[] StreamOf((char Type, byte[] Body)[] messages)
    {
        var writer = new MessageWriter();
        foreach (var (type, body) in messages)
        {
            writer.Begin((byte)type).Bytes(body).End();
        }

        return writer.ToArray();
    }

    private static List<(char Type, string Body)> Walk(IEnumerable<byte[]> pieces, out bool isAtBoundary)
    {
        List<(char, string)> found = [];
        List<byte> body = [];
        var walker = default(FrameWalker);
        foreach (var piece in pieces)
        {
            var offset = 0;
            while (walker.Next(piece, ref offset, out var frame))
            {
                body.AddRange(frame.Body);
                if (frame.Ends)
                {
                    found.Add(((char)frame.Type, Convert.ToHexString([.. body])));
                    body.Clear();
                }
            }

            Assert.Equal(piece.Length, offset);
        }

        isAtBoundary = walker.IsAtBoundary;
        return found;
    }

    private static bool IsBroken(IEnumerable<byte[]> pieces)
    {
        var walker = default(FrameWalker);
        foreach (var piece in pieces)
        {
            var offset = 0;
            while (walker.Next(piece, ref offset, out var frame))
            {
                if (frame.IsBroken)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
