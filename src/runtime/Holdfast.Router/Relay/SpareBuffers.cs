using System.Buffers;

namespace Holdfast.Router.Relay;

/// <summary>Buffers for what a receiver did not take at once: rented while it is slow, so that the idle cost nothing.</summary>
internal static class SpareBuffers
{
    public static ArraySegment<byte> CopyOf(ReadOnlySpan<byte> bytes)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(bytes.Length);
        bytes.CopyTo(buffer);
        return new(buffer, 0, bytes.Length);
    }

    public static void Return(ArraySegment<byte> buffer) => ArrayPool<byte>.Shared.Return(buffer.Array!);
}
