using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Writes little-endian fields into a buffer that grows and is used again.</summary>
internal sealed class ByteWriter
{
    private byte[] buffer = new byte[256];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => buffer.AsSpan(0, Length);

    public ReadOnlyMemory<byte> WrittenMemory => buffer.AsMemory(0, Length);

    public byte[] ToArray() => Written.ToArray();

    public void Clear()
    {
        // One huge message must not hold its memory for ever.
        if (buffer.Length > 1024 * 1024)
        {
            buffer = new byte[256];
        }

        Length = 0;
    }

    public void Byte(byte value) => Take(1)[0] = value;

    public void Bool(bool value) => Byte(value ? (byte)1 : (byte)0);

    public void UInt16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void Int32(int value) => BinaryPrimitives.WriteInt32LittleEndian(Take(4), value);

    public void UInt32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void Int64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    public void UInt64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void Raw(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        Int32(bytes.Length);
        Raw(bytes);
    }

    public void Text(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        Int32(length);
        Encoding.UTF8.GetBytes(text, Take(length));
    }

    public void OptionalText(string? text)
    {
        Bool(text is not null);
        if (text is not null)
        {
            Text(text);
        }
    }

    /// <summary>Leaves room for a number that is known only later.</summary>
    public int Reserve(int bytes)
    {
        var place = Length;
        Take(bytes).Clear();
        return place;
    }

    public Span<byte> At(int place, int bytes) => buffer.AsSpan(place, bytes);

    private Span<byte> Take(int bytes)
    {
        if (buffer.Length - Length < bytes)
        {
            Array.Resize(ref buffer, Math.Max(buffer.Length * 2, checked(Length + bytes)));
        }

        Length += bytes;
        return buffer.AsSpan(Length - bytes, bytes);
    }
}
