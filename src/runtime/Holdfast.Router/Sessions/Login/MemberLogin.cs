using System.Security.Cryptography;
using System.Text;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions.Login;

/// <summary>How a member's authentication requests are numbered (message AuthenticationXXX).</summary>
internal static class AuthenticationKind
{
    public const int Ok = 0;
    public const int CleartextPassword = 3;
    public const int Md5Password = 5;
    public const int Sasl = 10;
    public const int SaslContinue = 11;
    public const int SaslFinal = 12;
}

/// <summary>The member has refused; its own words are for the client.</summary>
#pragma warning disable CA1064 // It never leaves the router.
internal sealed class MemberRefusedException(Message error) : Exception("the member has refused the log-in")
#pragma warning restore CA1064
{
    public Message Error => error;
}

/// <summary>The router's log-in to a member on behalf of a user that it knows.</summary>
internal static class MemberLogin
{
    /// <summary>Sends the start of the session, and answers whatever the member asks until it is content.</summary>
    /// <exception cref="MemberRefusedException">It is not.</exception>
    /// <exception cref="ProtocolException">It asks for something that this credential cannot answer, or speaks in riddles.</exception>
    public static async Task AuthenticateAsync(Wire member, StartupPacket.Session startup, Credential credential)
    {
        await member.WriteAsync(startup.ToBytes());
        var scram = new ScramExchange.Client();
        while (true)
        {
            var message = await Message.ReadAsync(member);
            switch (message.Type)
            {
                case (byte)'E':
                    throw new MemberRefusedException(message);
                case (byte)'R' when message.Number() == AuthenticationKind.Ok:
                    return;
                case (byte)'R':
                    if (Answer(message, startup.User, credential, scram) is { } answer)
                    {
                        await member.WriteAsync(answer);
                    }

                    break;
                case (byte)'v' or (byte)'N':
                    break;
                default:
                    throw new ProtocolException($"the member sent a message '{(char)message.Type}' during the log-in");
            }
        }
    }

    /// <summary>What follows the log-in, up to and without ReadyForQuery.</summary>
    public static async Task<List<Message>> ReadGreetingAsync(Wire member)
    {
        List<Message> greeting = [];
        while (true)
        {
            var message = await Message.ReadAsync(member);
            switch (message.Type)
            {
                case (byte)'Z':
                    return greeting;
                case (byte)'E':
                    throw new MemberRefusedException(message);
                default:
                    greeting.Add(message);
                    break;
            }
        }
    }

    private static byte[]? Answer(Message request, string user, Credential credential, ScramExchange.Client scram)
    {
        var text = Encoding.UTF8.GetString(request.Body.AsSpan(4));
        return (request.Number(), credential) switch
        {
            (AuthenticationKind.CleartextPassword, Credential.Password password) => Password(password.Text),
            (AuthenticationKind.Md5Password, Credential.Password password) => Password(Md5Answer(Md5Secret(password.Text, user), request.Body.AsSpan(4, 4))),
            (AuthenticationKind.Md5Password, Credential.Md5 md5) => Password(Md5Answer(md5.Secret, request.Body.AsSpan(4, 4))),
            (AuthenticationKind.Sasl, Credential.Password or Credential.Scram) when text.Split('\0').Contains(ScramExchange.Mechanism) =>
                new MessageWriter().Begin((byte)'p').Text(ScramExchange.Mechanism).Number(Encoding.UTF8.GetByteCount(scram.First)).Bytes(Encoding.UTF8.GetBytes(scram.First)).End().ToArray(),
            (AuthenticationKind.SaslContinue, Credential.Password password) =>
                Raw(scram.Final(text, (salt, iterations) => ScramKeys.Of(password.Text, salt, iterations))),
            (AuthenticationKind.SaslContinue, Credential.Scram keys) => Raw(scram.Final(text, (_, _) => keys.Keys)),
            (AuthenticationKind.SaslFinal, _) => scram.IsRight(text) ? null : throw new ProtocolException("the member does not know the user's secret"),
            (var kind, _) => throw new ProtocolException($"the member asks for authentication {kind}, which the router cannot give for this user"),
        };
    }

    public static string Md5Secret(string password, string user) => "md5" + Md5Hex(Encoding.UTF8.GetBytes(password + user));

    public static string Md5Answer(string secret, ReadOnlySpan<byte> salt) => "md5" + Md5Hex([.. Encoding.ASCII.GetBytes(secret[3..]), .. salt]);

#pragma warning disable CA5351 // PostgreSQL's older log-in is what it is; nothing else of ours relies on it.
    private static string Md5Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(MD5.HashData(bytes));
#pragma warning restore CA5351

    private static byte[] Password(string text) => new MessageWriter().Begin((byte)'p').Text(text).End().ToArray();

    private static byte[] Raw(string text) => new MessageWriter().Begin((byte)'p').Bytes(Encoding.UTF8.GetBytes(text)).End().ToArray();
}
