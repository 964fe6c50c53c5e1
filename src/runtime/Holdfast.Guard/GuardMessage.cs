using System.Buffers.Binary;

namespace Holdfast.Guard;

/// <summary>
/// What agent and guard say to each other, in sixteen bytes: a word and a deadline. Deadlines are readings of the host's monotonic
/// clock, which all its processes share, in ticks of 100 ns.
/// </summary>
internal readonly record struct GuardMessage(GuardWord Word, TimeSpan Deadline)
{
    public const int Bytes = 16;
    private const int Magic = 0x48464731;

    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteInt32LittleEndian(to, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(to[4..], (int)Word);
        BinaryPrimitives.WriteInt64LittleEndian(to[8..], Deadline.Ticks);
    }

    /// <summary>Null for anything that no agent or guard would send.</summary>
    public static GuardMessage? Read(ReadOnlySpan<byte> from)
    {
        var word = (GuardWord)BinaryPrimitives.ReadInt32LittleEndian(from[4..]);
        return BinaryPrimitives.ReadInt32LittleEndian(from) == Magic && word is >= GuardWord.Arm and <= GuardWord.Status
            ? new(word, new TimeSpan(BinaryPrimitives.ReadInt64LittleEndian(from[8..])))
            : null;
    }
}

internal enum GuardWord
{
    Arm = 1,
    Disarm = 2,

    /// <summary>The guard's first word to an agent: its deadline, or zero when it has none.</summary>
    Status = 3,
}
