using System.Buffers.Binary;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions.Login;

/// <summary>A client's first packet, which has no type: a wish for encryption, a cancel request, or the start of a session.</summary>
internal abstract record StartupPacket
{
    private const int BytesMax = 10_000; // MAX_STARTUP_PACKET_LENGTH
    private const int CancelCode = 80877102;
    private const int TlsCode = 80877103;
    private const int GssCode = 80877104;

    public sealed record TlsWish : StartupPacket;

    public sealed record GssWish : StartupPacket;

    /// <summary>The key is 4 bytes before version 3.2 of the protocol, and up to 256 since.</summary>
    public sealed record Cancel(int Process, byte[] Key) : StartupPacket
    {
        public byte[] ToBytes() => new MessageWriter().Begin(0).Number(CancelCode).Number(Process).Bytes(Key).End().ToArray();
    }

    /// <param name="Version">Major and minor version of the protocol, 16 bits each.</param>
    /// <param name="Parameters">In the client's order.</param>
    public sealed record Session(int Version, IReadOnlyList<KeyValuePair<string, string>> Parameters) : StartupPacket
    {
        public string User => Value("user") ?? "";

        public string Database => Value("database") ?? User;

        /// <summary>A replication connection is bound to its server.</summary>
        public bool IsReplication => Value("replication") is not (null or "false" or "off" or "no" or "0");

        public byte[] ToBytes()
        {
            var writer = new MessageWriter().Begin(0).Number(Version);
            foreach (var (name, value) in Parameters)
            {
                writer.Text(name).Text(value);
            }

            return writer.Byte(0).End().ToArray();
        }

        private string? Value(string name) => Parameters.FirstOrDefault(parameter => parameter.Key == name).Value;
    }

    public static byte[] TlsRequest() => new MessageWriter().Begin(0).Number(TlsCode).End().ToArray();

    /// <exception cref="ProtocolException">What came is no such packet.</exception>
    /// <exception cref="IOException">The connection broke, or ended.</exception>
    public static async Task<StartupPacket> ReadAsync(Wire wire)
    {
        var head = new byte[8];
        await wire.ReadExactlyAsync(head);
        var length = BinaryPrimitives.ReadInt32BigEndian(head);
        if (length is < 8 or > BytesMax)
        {
            throw new ProtocolException("the start-up packet has an impossible length");
        }

        var body = new byte[length - 8];
        await wire.ReadExactlyAsync(body);
        return BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(4)) switch
        {
            TlsCode => new TlsWish(),
            GssCode => new GssWish(),
            CancelCode when body.Length is >= 8 and <= 260 => new Cancel(BinaryPrimitives.ReadInt32BigEndian(body), body[4..]),
            var version when version >> 16 == 3 => new Session(version, ReadParameters(body)),
            var code => throw new ProtocolException($"protocol {code >> 16}.{code & 0xffff} is not spoken here; 3.0 and later are"),
        };
    }

    private static List<KeyValuePair<string, string>> ReadParameters(byte[] body)
    {
        List<KeyValuePair<string, string>> parameters = [];
        var offset = 0;
        while (offset < body.Length && body[offset] != 0)
        {
            var name = Message.TextAt(body, ref offset);
            parameters.Add(new(name, Message.TextAt(body, ref offset)));
        }

        return offset == body.Length - 1
            ? parameters
            : throw new ProtocolException("the start-up packet does not end with a zero byte");
    }
}
