using System.Security.Cryptography;
using System.Text;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>What the shared password becomes: a key that proves it without showing it.</summary>
internal sealed class TransportSecrets
{
    // Guessing is made dear, within what a command line may spend on every call.
    private const int Iterations = 10_000;

    private readonly byte[]? key;

    public TransportSecrets(string? password, bool isEncrypted)
    {
        key = password is null
            ? null
            : Rfc2898DeriveBytes.Pbkdf2(password, "holdfast-raft"u8, Iterations, HashAlgorithmName.SHA256, 32);
        SealsFrames = HasPassword && !isEncrypted;
    }

    public bool HasPassword => key is not null;

    /// <summary>TLS seals by itself.</summary>
    public bool SealsFrames { get; }

    public byte[] Prove(string purpose, ReadOnlySpan<byte> transcript) =>
        key is null ? new byte[32] : HMACSHA256.HashData(key, (byte[])[.. Encoding.ASCII.GetBytes(purpose), 0, .. transcript]);
}
