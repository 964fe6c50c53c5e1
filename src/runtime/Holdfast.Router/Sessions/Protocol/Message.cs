using System.Buffers.Binary;
using System.Text;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions.Protocol;

/// <summary>One whole message of a log-in, where messages are short and few.</summary>
internal readonly record struct Message(byte Type, byte[] Body)
{
    /// <summary>What PostgreSQL allows before a client is known (PQ_SMALL_MESSAGE_LIMIT and its kin).</summary>
    private const int LoginBytesMax = 64 * 1024;

    /// <summary>Reads exactly one message and not a byte more.</summary>
    /// <exception cref="ProtocolException">What came is no message.</exception>
    /// <exception cref="IOException">The connection broke, or ended.</exception>
    public static async Task<Message> ReadAsync(Wire wire)
    {
        var header = new byte[5];
        await wire.ReadExactlyAsync(header);
        var length = BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(1)) - 4;
        if (length is < 0 or > LoginBytesMax)
        {
            throw new ProtocolException("a message has an impossible length");
        }

        var body = new byte[length];
        await wire.ReadExactlyAsync(body);
        return new(header[0], body);
    }

    public byte[] ToBytes() => new MessageWriter().Begin(Type).Bytes(Body).End().ToArray();

    /// <summary>The first number of the body.</summary>
    /// <exception cref="ProtocolException">There is none.</exception>
    public int Number() => Body.Length >= 4 ? BinaryPrimitives.ReadInt32BigEndian(Body) : throw new ProtocolException("a message is too short");

    /// <summary>The text after <paramref name="offset"/>, up to its zero byte.</summary>
    public static string TextAt(ReadOnlySpan<byte> body, ref int offset)
    {
        var rest = body[Math.Min(offset, body.Length)..];
        var end = rest.IndexOf((byte)0);
        if (end < 0)
        {
            throw new ProtocolException("a text in a message has no end");
        }

        offset += end + 1;
        return Encoding.UTF8.GetString(rest[..end]);
    }
}

/// <summary>What came is not PostgreSQL's protocol, or not at this point of it.</summary>
#pragma warning disable CA1064 // It never leaves the router.
internal sealed class ProtocolException(string message) : Exception(message);
#pragma warning restore CA1064
