using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>Seals the frames of one direction of one connection.</summary>
internal sealed class FrameSeal(byte[] key) : IDisposable
{
    private readonly IncrementalHash hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    private long number;

    public void Compute(ReadOnlySpan<byte> frame, Span<byte> mac)
    {
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, number++);
        hash.AppendData(prefix);
        hash.AppendData(frame);
        Span<byte> whole = stackalloc byte[32];
        hash.GetHashAndReset(whole);
        whole[..mac.Length].CopyTo(mac);
    }

    public void Dispose() => hash.Dispose();
}
