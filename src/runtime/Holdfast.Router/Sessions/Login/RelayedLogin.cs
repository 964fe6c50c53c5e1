using System.Text;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions.Login;

/// <summary>
/// A log-in that the member and the client settle between them, with the router in the middle: the member's own rules and words hold.
/// What a client says in the clear can be said again at another member.
/// </summary>
internal static class RelayedLogin
{
    /// <summary>Ends after the member's AuthenticationOk, which the client has been sent.</summary>
    /// <exception cref="MemberRefusedException">The member has refused.</exception>
    /// <exception cref="ProtocolException">Something else than a log-in is going on, or it cannot work through a router.</exception>
    public static async Task<Credential> RunAsync(Wire client, Wire member, StartupPacket.Session startup)
    {
        await member.WriteAsync(startup.ToBytes());
        Credential credential = new Credential.Nothing();
        while (true)
        {
            var message = await Message.ReadAsync(member);
            if (message.Type == (byte)'E')
            {
                throw new MemberRefusedException(message);
            }

            if (message.Type != (byte)'R')
            {
                await client.WriteAsync(message.ToBytes());
                continue;
            }

            var kind = message.Number();
            await client.WriteAsync(kind == AuthenticationKind.Sasl ? WithoutBinding(message, client, member) : message.ToBytes());
            if (kind == AuthenticationKind.Ok)
            {
                return credential;
            }

            if (kind != AuthenticationKind.SaslFinal)
            {
                var answer = await Message.ReadAsync(client);
                credential = kind == AuthenticationKind.CleartextPassword
                    ? new Credential.Password(Encoding.UTF8.GetString(answer.Body.AsSpan().TrimEnd((byte)0)))
                    : new Credential.Unknown();
                await member.WriteAsync(answer.ToBytes());
            }
        }
    }

    /// <summary>Channel binding means that nobody stands in the middle, and the router does.</summary>
    private static byte[] WithoutBinding(Message request, Wire client, Wire member)
    {
        if (client.Tls is not null && member.Tls is not null)
        {
            throw new ProtocolException("SCRAM cannot be passed on between two TLS connections: the router needs auth_query or userlist for this user");
        }

        var mechanisms = Encoding.ASCII.GetString(request.Body.AsSpan(4)).Split('\0', StringSplitOptions.RemoveEmptyEntries)
            .Where(mechanism => !mechanism.EndsWith("-PLUS", StringComparison.Ordinal));
        return ClientLogin.Request(AuthenticationKind.Sasl, Encoding.ASCII.GetBytes(string.Concat(mechanisms.Select(mechanism => mechanism + "\0")) + "\0"));
    }
}
