using System.Buffers.Binary;
using Holdfast.Stores.Raft.Consensus;
using Holdfast.Stores.Raft.Transport;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>
/// What one write puts into the log: magic, length, number, checksum, then items. One checksum covers the whole write, and the
/// next write begins only after the last one is on disk; so a bad batch with a good one after it is damage, not a torn write.
/// </summary>
internal static class BatchFormat
{
    public const int HeaderBytes = 20;
    public const uint Magic = 0x31_42_46_48; // "HFB1"

    private const byte HardStateTag = 1;
    private const byte EntryTag = 2;
    private const byte ResetTag = 3;

    public static void Begin(ByteWriter writer)
    {
        writer.Clear();
        writer.Reserve(HeaderBytes);
    }

    public static void Add(ByteWriter writer, HardState hardState)
    {
        writer.Byte(HardStateTag);
        writer.Int64(hardState.Term);
        writer.OptionalText(hardState.Vote);
    }

    public static void Add(ByteWriter writer, LogEntry entry)
    {
        writer.Byte(EntryTag);
        writer.Int64(entry.Index);
        writer.Int64(entry.Term);
        writer.Byte((byte)entry.Kind);
        writer.Bytes(entry.Data.Span);
    }

    /// <summary>The whole log before this is replaced by a snapshot.</summary>
    public static void AddReset(ByteWriter writer, LogPoint point)
    {
        writer.Byte(ResetTag);
        writer.Int64(point.Index);
        writer.Int64(point.Term);
    }

    public static void End(ByteWriter writer, long number)
    {
        var header = writer.At(0, HeaderBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], writer.Length - HeaderBytes);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], number);
        BinaryPrimitives.WriteUInt32LittleEndian(header[16..], ChecksumOf(writer.Written));
    }

    /// <summary>The length of the whole batch that starts here; null when there is none that is sound.</summary>
    public static int? SoundLength(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            return null;
        }

        var body = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (body < 0 || body > bytes.Length - HeaderBytes)
        {
            return null;
        }

        var batch = bytes[..(HeaderBytes + body)];
        return BinaryPrimitives.ReadUInt32LittleEndian(batch[16..]) == ChecksumOf(batch) ? batch.Length : null;
    }

    public static long NumberOf(ReadOnlySpan<byte> batch) => BinaryPrimitives.ReadInt64LittleEndian(batch[8..]);

    public static void Replay(ReadOnlySpan<byte> batch, LogReplay into)
    {
        var reader = new ByteReader(batch[HeaderBytes..]);
        while (reader.Remaining > 0)
        {
            switch (reader.Byte())
            {
                case HardStateTag:
                    into.HardState = new HardState(reader.Int64(), reader.OptionalText());
                    break;
                case EntryTag:
                    into.Add(new LogEntry(reader.Int64(), reader.Int64(), (EntryKind)reader.Byte(), reader.Bytes().ToArray()));
                    break;
                case ResetTag:
                    into.Reset(new LogPoint(reader.Int64(), reader.Int64()));
                    break;
                case var tag:
                    throw new InvalidDataException($"no item has the tag {tag}");
            }
        }
    }

    private static uint ChecksumOf(ReadOnlySpan<byte> batch) =>
        Checksum.Of(batch[4..16]) ^ System.Numerics.BitOperations.RotateLeft(Checksum.Of(batch[HeaderBytes..]), 1);
}
