using System.Security.Cryptography;

namespace Holdfast.Stores.Raft.Transport;

internal enum ConnectionPurpose : byte
{
    Peer = 1,
    Client = 2,
}

/// <summary>A connection that could not be agreed on, with the reason in words.</summary>
public sealed class HandshakeException(string message) : Exception(message)
{
    /// <summary>The other side knows this node's address with another data directory.</summary>
    internal bool SaysForgotten { get; init; }
}

/// <summary>How an end of a connection introduces itself; clients have no identity.</summary>
internal sealed record Introduction(ConnectionPurpose Purpose, string Address, ulong Identity);

/// <summary>
/// How two ends agree: hello, challenge, proof, verdict. Both prove that they know the password by a keyed hash over both
/// nonces; the caller proves first, so that whoever merely knocks learns nothing to guess passwords with.
/// </summary>
internal static class Handshake
{
    public const int FrameBytesMax = 1024;

    private const uint Magic = 0x31_52_46_48; // "HFR1"
    private const ushort Version = 1;
    private const int NonceBytes = 32;

    public static async Task<Introduction> CallAsync(
        FrameChannel channel, Introduction self, string? expected, TransportSecrets secrets, CancellationToken cancellationToken)
    {
        var hello = Greeting(self, secrets);
        await SendAsync(channel, hello, cancellationToken);
        var challenge = await ReceiveAsync(channel, cancellationToken);
        var (other, hasPassword) = Parse(challenge);
        if (expected is not null && other.Address != expected)
        {
            throw new HandshakeException($"the node there calls itself {other.Address}");
        }

        Agree(secrets, hasPassword);
        byte[] transcript = [.. hello, .. challenge];
        await SendAsync(channel, secrets.Prove("caller", transcript), cancellationToken);
        var verdict = await ReceiveAsync(channel, cancellationToken);
        var isWelcome = verdict.Length > 0 && verdict[0] == 1;
        if (!CryptographicOperations.FixedTimeEquals(verdict, Verdict(secrets, transcript, isWelcome)))
        {
            throw new HandshakeException("the other side's proof of the password is wrong");
        }

        if (!isWelcome)
        {
            throw new HandshakeException($"{other.Address} knows {self.Address} with another data directory") { SaysForgotten = true };
        }

        Seal(channel, secrets, transcript, isCaller: true);
        return other;
    }

    public static async Task<Introduction> AnswerAsync(
        FrameChannel channel, Introduction self, Func<Introduction, bool> isWelcome, TransportSecrets secrets, CancellationToken cancellationToken)
    {
        var hello = await ReceiveAsync(channel, cancellationToken);
        var (other, hasPassword) = Parse(hello);
        var challenge = Greeting(self, secrets);
        await SendAsync(channel, challenge, cancellationToken);
        Agree(secrets, hasPassword);
        byte[] transcript = [.. hello, .. challenge];
        var proof = await ReceiveAsync(channel, cancellationToken);
        if (!CryptographicOperations.FixedTimeEquals(proof, secrets.Prove("caller", transcript)))
        {
            throw new HandshakeException("the other side's proof of the password is wrong");
        }

        var welcome = isWelcome(other);
        await SendAsync(channel, Verdict(secrets, transcript, welcome), cancellationToken);
        if (!welcome)
        {
            throw new HandshakeException(
                $"{other.Address} came with another data directory than before; it may have forgotten its votes, so it takes no part. "
                + "To bring it back empty, remove it from the members first, then let it join");
        }

        Seal(channel, secrets, transcript, isCaller: false);
        return other;
    }

    private static byte[] Verdict(TransportSecrets secrets, byte[] transcript, bool isWelcome) =>
        [isWelcome ? (byte)1 : (byte)0, .. secrets.Prove(isWelcome ? "answerer" : "answerer refuses", transcript)];

    private static byte[] Greeting(Introduction self, TransportSecrets secrets)
    {
        var writer = new ByteWriter();
        writer.UInt32(Magic);
        writer.UInt16(Version);
        writer.Byte((byte)self.Purpose);
        writer.Text(self.Address);
        writer.UInt64(self.Identity);
        writer.Bool(secrets.HasPassword);
        writer.Raw(RandomNumberGenerator.GetBytes(NonceBytes));
        return writer.ToArray();
    }

    private static (Introduction Other, bool HasPassword) Parse(ReadOnlySpan<byte> greeting)
    {
        var reader = new ByteReader(greeting);
        if (reader.UInt32() != Magic)
        {
            throw new HandshakeException("the other side does not speak this protocol");
        }

        if (reader.UInt16() is var version && version != Version)
        {
            throw new HandshakeException($"the other side speaks version {version} of the protocol; this program speaks {Version}");
        }

        var purpose = (ConnectionPurpose)reader.Byte();
        var parsed = (new Introduction(purpose, reader.Text(), reader.UInt64()), reader.Bool());
        reader.Raw(NonceBytes);
        return purpose is ConnectionPurpose.Peer or ConnectionPurpose.Client
            ? parsed
            : throw new HandshakeException($"the other side wants something unknown: {purpose}");
    }

    private static void Agree(TransportSecrets secrets, bool otherHasPassword)
    {
        if (secrets.HasPassword != otherHasPassword)
        {
            throw new HandshakeException(
                secrets.HasPassword ? "the other side has no password, this one has" : "the other side has a password, this one has none");
        }
    }

    private static void Seal(FrameChannel channel, TransportSecrets secrets, byte[] transcript, bool isCaller)
    {
        if (!secrets.SealsFrames)
        {
            return;
        }

        var (there, back) = (secrets.Prove("frames to the answerer", transcript), secrets.Prove("frames to the caller", transcript));
        channel.Seal(isCaller ? there : back, isCaller ? back : there);
    }

    private static async Task SendAsync(FrameChannel channel, byte[] payload, CancellationToken cancellationToken)
    {
        var writer = new ByteWriter();
        var place = FrameChannel.BeginFrame(writer);
        writer.Raw(payload);
        channel.EndFrame(writer, place);
        await channel.WriteAsync(writer, cancellationToken);
    }

    private static async Task<byte[]> ReceiveAsync(FrameChannel channel, CancellationToken cancellationToken) =>
        (await channel.ReadAsync(cancellationToken))?.ToArray()
            ?? throw new HandshakeException("the other side closed the connection; perhaps its password differs");
}
