using System.Buffers.Binary;
using System.Text;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Reads what <see cref="ByteWriter"/> wrote; anything that does not fit is an <see cref="InvalidDataException"/>.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> rest = bytes;

    public readonly int Remaining => rest.Length;

    public byte Byte() => Take(1)[0];

    public bool Bool() => Byte() switch
    {
        0 => false,
        1 => true,
        var other => throw new InvalidDataException($"{other} is neither true nor false"),
    };

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Take(4));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public ReadOnlySpan<byte> Raw(int length) => Take(length);

    public ReadOnlySpan<byte> Bytes() => Take(Int32());

    public string Text() => Encoding.UTF8.GetString(Bytes());

    public string? OptionalText() => Bool() ? Text() : null;

    /// <summary>A count of things that follow, each at least so many bytes long.</summary>
    public int Count(int bytesEachMin)
    {
        var count = Int32();
        return count >= 0 && (long)count * bytesEachMin <= rest.Length
            ? count
            : throw new InvalidDataException($"a count of {count} does not fit the {rest.Length} bytes that follow");
    }

    private ReadOnlySpan<byte> Take(int length)
    {
        if (length < 0 || length > rest.Length)
        {
            throw new InvalidDataException($"a field of {length} bytes does not fit the {rest.Length} bytes that follow");
        }

        var taken = rest[..length];
        rest = rest[length..];
        return taken;
    }
}
