using Holdfast.Router.Clusters;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Sessions.Moving;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions;

/// <summary>Takes a session to the new primary: logs in as the same user, makes the same settings and statements, tells the client what differs.</summary>
internal sealed class SessionMover(LoopCluster part, SessionStart start, StartupPacket.Session startup, Credential credential)
{
    private readonly Dictionary<string, string> parameters = new(StringComparer.Ordinal);

    /// <summary>Why this session could not be moved, whatever its state; null when it could.</summary>
    public string? Obstacle => (startup.IsReplication, credential) switch
    {
        (true, _) => "it is a replication connection",
        (_, Credential.Unknown) => "the router does not know the user's secret (auth_query, userlist)",
        _ => null,
    };

    /// <summary>What the client was told of a parameter last.</summary>
    public void NoteParameter(byte type, ReadOnlySpan<byte> body)
    {
        var offset = 0;
        var name = Message.TextAt(body, ref offset);
        parameters[name] = Message.TextAt(body, ref offset);
    }

    /// <summary>Null when no primary came within the limit, or the client is gone.</summary>
    /// <exception cref="MemberRefusedException">The new primary has refused.</exception>
    /// <exception cref="ProtocolException">It did something unexpected.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    public async Task<Member?> MoveAsync(Wire client, SessionSnapshot snapshot)
    {
        if (await part.Connector.ConnectAsync(PortRole.ReadWrite, client.Socket, part.Options.HoldLimit) is not { } connection)
        {
            return null;
        }

#pragma warning disable CA2000 // The session owns it.
        var member = new Member(part, connection);
#pragma warning restore CA2000
        try
        {
            using var limit = new Deadline(part, part.Options.StartupLimit, connection.Socket);
            await start.SecureMemberAsync(member);
            await MemberLogin.AuthenticateAsync(member.Wire, startup, credential);
            var greeting = await MemberLogin.ReadGreetingAsync(member.Wire);
            member.CancelRequest = CancelRequestOf(greeting);
            await RestoreAsync(member, snapshot, greeting);
            await TellAsync(client, greeting);
            return member;
        }
        catch
        {
            member.Dispose();
            throw;
        }
    }

    public static StartupPacket.Cancel? CancelRequestOf(IEnumerable<Message> greeting) =>
        greeting.FirstOrDefault(message => message.Type == (byte)'K') is { Body: { Length: >= 8 } body } key
            ? new(key.Number(), body[4..])
            : null;

    private static async Task RestoreAsync(Member member, SessionSnapshot snapshot, List<Message> news)
    {
        foreach (var message in snapshot.Restoration())
        {
            await member.Wire.WriteAsync(message);
            for (var answer = await Message.ReadAsync(member.Wire); answer.Type != (byte)'Z'; answer = await Message.ReadAsync(member.Wire))
            {
                switch (answer.Type)
                {
                    case (byte)'E':
                        throw new ProtocolException("its settings or prepared statements could not be made again there");
                    case (byte)'S':
                        news.Add(answer);
                        break;
                }
            }
        }
    }

    /// <summary>Parameters that are not as the client knows them.</summary>
    private async Task TellAsync(Wire client, List<Message> news)
    {
        foreach (var message in news.Where(message => message.Type == (byte)'S').GroupBy(NameOf).Select(group => group.Last()))
        {
            var offset = 0;
            var name = Message.TextAt(message.Body, ref offset);
            if (parameters.GetValueOrDefault(name) != Message.TextAt(message.Body, ref offset))
            {
                NoteParameter(message.Type, message.Body);
                await client.WriteAsync(message.ToBytes());
            }
        }
    }

    private static string NameOf(Message parameter)
    {
        var offset = 0;
        return Message.TextAt(parameter.Body, ref offset);
    }
}
