namespace Holdfast.Stores.Raft.Transport;

/// <summary>Sends one huge message in pieces, so that heartbeats pass between them.</summary>
internal sealed class BulkSender
{
    public const byte FragmentTag = 255;

    private const int FragmentBytes = 256 * 1024;

    private ReadOnlyMemory<byte> rest;
    private int total;

    public bool HasMore => !rest.IsEmpty;

    /// <summary>A newer one replaces the one under way.</summary>
    public void Start(PeerMessage message)
    {
        var writer = new ByteWriter();
        PeerMessageCodec.Write(writer, message);
        rest = writer.WrittenMemory;
        total = rest.Length;
    }

    public void WriteFragment(FrameChannel channel, ByteWriter frames)
    {
        if (!HasMore)
        {
            return;
        }

        var piece = rest[..Math.Min(FragmentBytes, rest.Length)];
        var place = FrameChannel.BeginFrame(frames);
        frames.Byte(FragmentTag);
        frames.Int32(total);
        frames.Int32(total - rest.Length);
        frames.Bytes(piece.Span);
        channel.EndFrame(frames, place);
        rest = rest[piece.Length..];
    }
}

/// <summary>Puts the pieces of a huge message together again.</summary>
internal sealed class BulkReceiver(int bytesMax)
{
    private byte[] whole = [];
    private int have;

    /// <summary>The whole message once its last piece is there.</summary>
    public ReadOnlyMemory<byte>? Add(ReadOnlySpan<byte> fragment)
    {
        var reader = new ByteReader(fragment[1..]);
        var (total, offset) = (reader.Int32(), reader.Int32());
        var piece = reader.Bytes();
        if (total < 0 || total > bytesMax)
        {
            throw new InvalidDataException($"a message of {(uint)total} bytes; {bytesMax} are allowed");
        }

        if (offset == 0)
        {
            (whole, have) = (new byte[total], 0);
        }

        if (offset != have || total != whole.Length || piece.Length > total - have)
        {
            throw new InvalidDataException("the pieces of a message do not fit together");
        }

        piece.CopyTo(whole.AsSpan(have));
        have += piece.Length;
        if (have < total)
        {
            return null;
        }

        var done = whole;
        (whole, have) = ([], 0);
        return done;
    }
}
