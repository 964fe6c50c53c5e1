using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>
/// Length-prefixed frames over a stream, each with a keyed checksum and a running number once keys are agreed on, so that none
/// can be forged, repeated or left out. One reader and one writer at a time.
/// </summary>
internal sealed class FrameChannel(Stream stream, int frameBytesMax) : IAsyncDisposable
{
    private const int MacBytes = 16;
    private const int LengthBytes = 4;

    private byte[] buffer = new byte[4096];
    private int start;
    private int end;
    private FrameSeal? sealOut;
    private FrameSeal? sealIn;

    /// <summary>How long a frame may be; small until the other side has proved itself.</summary>
    public int FrameBytesMax { get; set; } = frameBytesMax;

    public void Seal(byte[] keyOut, byte[] keyIn)
    {
        sealOut = new FrameSeal(keyOut);
        sealIn = new FrameSeal(keyIn);
    }

    /// <summary>Begins a frame in a buffer that may hold several.</summary>
    public static int BeginFrame(ByteWriter frames) => frames.Reserve(LengthBytes);

    public void EndFrame(ByteWriter frames, int place)
    {
        var length = frames.Length - place - LengthBytes;
        BinaryPrimitives.WriteInt32LittleEndian(frames.At(place, LengthBytes), length);
        if (sealOut is not null)
        {
            Span<byte> mac = stackalloc byte[MacBytes];
            sealOut.Compute(frames.At(place, LengthBytes + length), mac);
            frames.Raw(mac);
        }
    }

    public ValueTask WriteAsync(ByteWriter frames, CancellationToken cancellationToken) =>
        stream.WriteAsync(frames.WrittenMemory, cancellationToken);

    /// <summary>The next frame, valid until the next call; null at the end of the stream.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!await FillAsync(LengthBytes, cancellationToken))
        {
            return end == start ? null : throw new InvalidDataException("the connection ended inside a frame");
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(start));
        if (length < 0 || length > FrameBytesMax)
        {
            throw new InvalidDataException($"a frame of {(uint)length} bytes; {FrameBytesMax} are allowed");
        }

        var whole = LengthBytes + length + (sealIn is null ? 0 : MacBytes);
        if (!await FillAsync(whole, cancellationToken))
        {
            throw new InvalidDataException("the connection ended inside a frame");
        }

        if (sealIn is not null)
        {
            Verify(buffer.AsSpan(start, whole));
        }

        var payload = buffer.AsMemory(start + LengthBytes, length);
        start += whole;
        return payload;
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        sealOut?.Dispose();
        sealIn?.Dispose();
    }

    private void Verify(ReadOnlySpan<byte> frame)
    {
        Span<byte> mac = stackalloc byte[MacBytes];
        sealIn!.Compute(frame[..^MacBytes], mac);
        if (!CryptographicOperations.FixedTimeEquals(mac, frame[^MacBytes..]))
        {
            throw new InvalidDataException("a frame whose seal is wrong");
        }
    }

    private async ValueTask<bool> FillAsync(int bytes, CancellationToken cancellationToken)
    {
        while (end - start < bytes)
        {
            MakeRoom(bytes);
            var read = await stream.ReadAsync(buffer.AsMemory(end), cancellationToken);
            if (read == 0)
            {
                return false;
            }

            end += read;
        }

        return true;
    }

    private void MakeRoom(int bytes)
    {
        if (start == end)
        {
            start = end = 0;
        }

        if (buffer.Length - start >= bytes && end < buffer.Length)
        {
            return;
        }

        // The buffer grows only as data comes: a length alone must not claim memory.
        var wanted = Math.Max(4096, Math.Min(bytes, Math.Max(2 * (end - start), 4096)));
        var target = wanted > buffer.Length || buffer.Length > 64 * 1024 ? new byte[wanted] : buffer;
        buffer.AsSpan(start, end - start).CopyTo(target);
        (buffer, end, start) = (target, end - start, 0);
    }
}
