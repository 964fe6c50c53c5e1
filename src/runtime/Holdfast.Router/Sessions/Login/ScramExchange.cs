using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Router.Sessions.Protocol;

namespace Holdfast.Router.Sessions.Login;

/// <summary>SCRAM-SHA-256 (RFC 5802, 7677), without channel binding, from both ends.</summary>
internal static class ScramExchange
{
    public const string Mechanism = "SCRAM-SHA-256";
    private const int NonceBytes = 18;

    /// <summary>The server's end: what the client must answer, and what its answer proves.</summary>
    internal sealed class Server
    {
        private readonly ScramSecret secret;
        private readonly string header;
        private readonly string clientFirst;
        private readonly string nonce;

        /// <param name="secret">The user's.</param>
        /// <param name="first">client-first-message.</param>
        /// <exception cref="ProtocolException">It is none.</exception>
        public Server(ScramSecret secret, string first)
        {
            this.secret = secret;
            var bare = first.IndexOf("n=", StringComparison.Ordinal);
            if (first.StartsWith("p=", StringComparison.Ordinal) || first is not ['n' or 'y', ',', ..] || bare < 3)
            {
                throw new ProtocolException("a SCRAM message that cannot be understood, or that asks for channel binding");
            }

            header = first[..bare];
            clientFirst = first[bare..];
            nonce = Attribute(clientFirst, 'r') + Nonce();
            ServerFirst = $"r={nonce},s={Convert.ToBase64String(secret.Salt)},i={secret.Iterations}";
        }

        public string ServerFirst { get; }

        /// <summary>Null when the proof is wrong; otherwise server-final-message, and the key that the proof gives away.</summary>
        /// <exception cref="ProtocolException">The message cannot be understood.</exception>
        public (string Final, ScramKeys Keys)? Check(string final)
        {
            var end = final.LastIndexOf(",p=", StringComparison.Ordinal);
            if (end < 0 || Attribute(final, 'r') != nonce || Attribute(final, 'c') != Convert.ToBase64String(Encoding.UTF8.GetBytes(header)))
            {
                throw new ProtocolException("a SCRAM message that does not belong to this exchange");
            }

            var message = Encoding.UTF8.GetBytes($"{clientFirst},{ServerFirst},{final[..end]}");
            var clientKey = Decode(final[(end + 3)..]);
            Xor(clientKey, HMACSHA256.HashData(secret.StoredKey, message));
            return CryptographicOperations.FixedTimeEquals(SHA256.HashData(clientKey), secret.StoredKey)
                ? ($"v={Convert.ToBase64String(HMACSHA256.HashData(secret.ServerKey, message))}", new(clientKey, secret.ServerKey))
                : null;
        }
    }

    /// <summary>The client's end, with the keys or with the password that they come from.</summary>
    internal sealed class Client
    {
        private readonly string bare = $"n=,r={Nonce()}";
        private byte[] expected = [];

        public string First => $"n,,{bare}";

        /// <exception cref="ProtocolException">server-first-message cannot be understood.</exception>
        public string Final(string serverFirst, Func<byte[], int, ScramKeys> keysOf)
        {
            var nonce = Attribute(serverFirst, 'r');
            if (!nonce.StartsWith(bare[5..], StringComparison.Ordinal) || !int.TryParse(Attribute(serverFirst, 'i'), out var iterations))
            {
                throw new ProtocolException("the member's SCRAM message does not belong to this exchange");
            }

            var keys = keysOf(Decode(Attribute(serverFirst, 's')), iterations);
            var withoutProof = $"c=biws,r={nonce}";
            var message = Encoding.UTF8.GetBytes($"{bare},{serverFirst},{withoutProof}");
            expected = HMACSHA256.HashData(keys.ServerKey, message);
            var proof = (byte[])keys.ClientKey.Clone();
            Xor(proof, HMACSHA256.HashData(SHA256.HashData(keys.ClientKey), message));
            return $"{withoutProof},p={Convert.ToBase64String(proof)}";
        }

        /// <summary>Whether the member knows the secret too: it is no impostor.</summary>
        public bool IsRight(string serverFinal) => CryptographicOperations.FixedTimeEquals(Decode(Attribute(serverFinal, 'v')), expected);
    }

    private static string Attribute(string message, char name)
    {
        foreach (var part in message.Split(','))
        {
            if (part.Length >= 2 && part[0] == name && part[1] == '=')
            {
                return part[2..];
            }
        }

        throw new ProtocolException($"a SCRAM message without its attribute {name}");
    }

    private static byte[] Decode(string text)
    {
        var bytes = new byte[Base64.GetMaxDecodedFromUtf8Length(text.Length)];
        return Convert.TryFromBase64String(text, bytes, out var count) ? bytes[..count] : throw new ProtocolException("a SCRAM message whose base 64 is none");
    }

    private static void Xor(byte[] into, byte[] with)
    {
        for (var index = 0; index < Math.Min(into.Length, with.Length); index++)
        {
            into[index] ^= with[index];
        }
    }

    private static string Nonce() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(NonceBytes));
}
