using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Router.Sessions.Protocol;

/// <summary>Writes messages one after the other.</summary>
internal sealed class MessageWriter
{
    private readonly ArrayBufferWriter<byte> bytes = new();
    private readonly List<int> lengths = [];
    private readonly List<int> ends = [];
    private byte[]? whole;

    /// <summary>A message of this type; 0 for the start-up packets, which have none.</summary>
    public MessageWriter Begin(byte type)
    {
        if (type != 0)
        {
            Byte(type);
        }

        lengths.Add(bytes.WrittenCount);
        return Number(0);
    }

    public MessageWriter Byte(byte value)
    {
        bytes.Write([value]);
        return this;
    }

    public MessageWriter Number(int value)
    {
        BinaryPrimitives.WriteInt32BigEndian(bytes.GetSpan(4), value);
        bytes.Advance(4);
        return this;
    }

    public MessageWriter ShortNumber(int value)
    {
        BinaryPrimitives.WriteInt16BigEndian(bytes.GetSpan(2), (short)value);
        bytes.Advance(2);
        return this;
    }

    public MessageWriter Bytes(ReadOnlySpan<byte> value)
    {
        bytes.Write(value);
        return this;
    }

    /// <summary>A text and its zero byte.</summary>
    public MessageWriter Text(string value) => Bytes(Encoding.UTF8.GetBytes(value)).Byte(0);

    public MessageWriter End()
    {
        ends.Add(bytes.WrittenCount);
        return this;
    }

    public byte[] ToArray()
    {
        if (whole is null)
        {
            whole = bytes.WrittenSpan.ToArray();
            for (var index = 0; index < ends.Count; index++)
            {
                BinaryPrimitives.WriteInt32BigEndian(whole.AsSpan(lengths[index]), ends[index] - lengths[index]);
            }
        }

        return whole;
    }

    public static byte[] Query(string sql) => new MessageWriter().Begin((byte)'Q').Text(sql).End().ToArray();

    public static byte[] Terminate() => new MessageWriter().Begin((byte)'X').End().ToArray();

    /// <summary>The session's last message: what went wrong, by SQLSTATE (appendix A of the manual).</summary>
    public static byte[] Fatal(string state, string message, string? detail = null)
    {
        var writer = new MessageWriter().Begin((byte)'E')
            .Byte((byte)'S').Text("FATAL").Byte((byte)'V').Text("FATAL").Byte((byte)'C').Text(state).Byte((byte)'M').Text(message);
        if (detail is not null)
        {
            writer.Byte((byte)'D').Text(detail);
        }

        return writer.Byte(0).End().ToArray();
    }
}
