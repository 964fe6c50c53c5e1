using System.Security.Cryptography;
using System.Text;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions.Login;

/// <summary>A client's log-in to the router, by a secret that the router knows.</summary>
internal static class ClientLogin
{
    private const int SaltBytes = 16;

    /// <summary>Null when the client could not prove that it is the user; it has not been told yet.</summary>
    /// <exception cref="ProtocolException">What the client sent cannot be understood.</exception>
    public static async Task<Credential?> AuthenticateAsync(Wire client, string user, string secret)
    {
        if (ScramSecret.Parse(secret) is { } scram)
        {
            return await ByScramAsync(client, scram) is { } keys ? new Credential.Scram(keys) : null;
        }

        if (secret.StartsWith("md5", StringComparison.Ordinal) && secret.Length == 35)
        {
            return await ByMd5Async(client, secret) ? new Credential.Md5(secret) : null;
        }

        var own = ScramSecret.Of(secret, RandomNumberGenerator.GetBytes(SaltBytes));
        return await ByScramAsync(client, own) is not null ? new Credential.Password(secret) : null;
    }

    private static async Task<ScramKeys?> ByScramAsync(Wire client, ScramSecret secret)
    {
        await client.WriteAsync(Request(AuthenticationKind.Sasl, Encoding.ASCII.GetBytes(ScramExchange.Mechanism + "\0\0")));
        var initial = await ReadAnswerAsync(client);
        var offset = 0;
        if (Message.TextAt(initial, ref offset) != ScramExchange.Mechanism || initial.Length < offset + 4)
        {
            throw new ProtocolException("the client chose an authentication that was not offered");
        }

        var exchange = new ScramExchange.Server(secret, Encoding.UTF8.GetString(initial.AsSpan(offset + 4)));
        await client.WriteAsync(Request(AuthenticationKind.SaslContinue, Encoding.UTF8.GetBytes(exchange.ServerFirst)));
        if (exchange.Check(Encoding.UTF8.GetString(await ReadAnswerAsync(client))) is not { } proven)
        {
            return null;
        }

        await client.WriteAsync(Request(AuthenticationKind.SaslFinal, Encoding.UTF8.GetBytes(proven.Final)));
        return proven.Keys;
    }

    private static async Task<bool> ByMd5Async(Wire client, string secret)
    {
        var salt = RandomNumberGenerator.GetBytes(4);
        await client.WriteAsync(Request(AuthenticationKind.Md5Password, salt));
        var answer = await ReadAnswerAsync(client);
        return CryptographicOperations.FixedTimeEquals(
            answer.AsSpan().TrimEnd((byte)0),
            Encoding.ASCII.GetBytes(MemberLogin.Md5Answer(secret, salt)));
    }

    public static byte[] Request(int kind, ReadOnlySpan<byte> data) => new MessageWriter().Begin((byte)'R').Number(kind).Bytes(data).End().ToArray();

    private static async Task<byte[]> ReadAnswerAsync(Wire client)
    {
        var message = await Message.ReadAsync(client);
        return message.Type == (byte)'p' ? message.Body : throw new ProtocolException($"a message '{(char)message.Type}' came where a password was due");
    }
}
