using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Sessions.Protocol;
using Holdfast.Router.Sessions.Transport;

namespace Holdfast.Router.Sessions;

/// <summary>From an accepted connection to a session that has logged in at both ends.</summary>
internal sealed class SessionStart(LoopCluster part, SessionOptions options)
{
    private const byte TlsHandshake = 0x16;
    private static readonly byte[] Yes = "S"u8.ToArray();
    private static readonly byte[] No = "N"u8.ToArray();

    /// <summary>The client's first word in its session's own language, TLS settled before.</summary>
    /// <exception cref="ProtocolException">It speaks another language.</exception>
    /// <exception cref="IOException">The connection broke.</exception>
    /// <exception cref="AuthenticationException">The TLS handshake failed.</exception>
    public async Task<StartupPacket> ReadStartupAsync(Wire client)
    {
        // PostgreSQL 17's clients may begin with TLS at once.
        if (await IsTlsAtOnceAsync(client))
        {
            await SecureAsync(client);
        }

        for (var wishes = 0; wishes < 3; wishes++)
        {
            switch (await StartupPacket.ReadAsync(client))
            {
                case StartupPacket.TlsWish when options.ClientTls is not null && client.Tls is null:
                    await client.WriteAsync(Yes);
                    await SecureAsync(client);
                    break;
                case StartupPacket.TlsWish or StartupPacket.GssWish:
                    await client.WriteAsync(No);
                    break;
                case var packet:
                    return packet;
            }
        }

        throw new ProtocolException("the client wishes for encryption again and again");
    }

    /// <summary>Who the client is by its certificate, when certificates are asked for.</summary>
    /// <exception cref="ProtocolException">It is somebody else than it says.</exception>
    public void CheckCertificate(Wire client, string user)
    {
        if (!options.UsersAreCertified)
        {
            return;
        }

        using var certificate = client.Tls?.RemoteCertificate is { } shown ? new X509Certificate2(shown) : null;
        if (certificate?.GetNameInfo(X509NameType.SimpleName, false) != user)
        {
            throw new ProtocolException($"certificate authentication failed for user \"{user}\"");
        }
    }

    /// <summary>Protects the connection to a member as the operator wants it.</summary>
    /// <exception cref="ProtocolException">TLS is required, and the member has none.</exception>
    /// <exception cref="AuthenticationException">The handshake failed, or the member's certificate is not trusted.</exception>
    public async Task SecureMemberAsync(Member member)
    {
        if (options.MemberTlsMode == MemberTlsMode.Disable)
        {
            return;
        }

        await member.Wire.WriteAsync(StartupPacket.TlsRequest());
        var answer = new byte[1];
        await member.Wire.ReadExactlyAsync(answer);
        if (answer[0] == Yes[0])
        {
            await member.Wire.BecomeTlsClientAsync(TlsTo(member));
        }
        else if (options.MemberTlsMode == MemberTlsMode.Require)
        {
            throw new ProtocolException($"member {member.Connection.Target.Name} speaks no TLS, and server_tls.mode asks for it");
        }
    }

    /// <summary>
    /// Logs the client in: by its secret when that is known, otherwise by letting the member and the client settle it. The client has been
    /// sent AuthenticationOk afterwards.
    /// </summary>
    /// <exception cref="MemberRefusedException">The member has refused.</exception>
    /// <exception cref="ProtocolException">The client could not prove who it is, or something else than a log-in went on.</exception>
    public async Task<Credential> LogInAsync(Wire client, Member member, StartupPacket.Session startup)
    {
        var secret = options.UsersAreCertified ? null : await FindSecretAsync(startup.User, member);
        if (secret is null)
        {
            return await RelayedLogin.RunAsync(client, member.Wire, startup);
        }

        try
        {
            var credential = await ClientLogin.AuthenticateAsync(client, startup.User, secret)
                ?? throw new ProtocolException($"password authentication failed for user \"{startup.User}\"");
            await MemberLogin.AuthenticateAsync(member.Wire, startup, credential);
            await client.WriteAsync(ClientLogin.Request(AuthenticationKind.Ok, []));
            return credential;
        }
        catch (Exception exception) when (exception is ProtocolException or MemberRefusedException)
        {
            options.Secrets.Forget(startup.User);
            throw;
        }
    }

    /// <summary>Asked for outside the loop, and answered on it.</summary>
    private async Task<string?> FindSecretAsync(string user, Member member)
    {
        var primary = part.Table.Primary?.Addresses is [var first, ..] ? first : member.Address;
        var search = options.Secrets.FindAsync(user, primary!, CancellationToken.None);
        if (search.IsCompletedSuccessfully)
        {
            return await search;
        }

        var answered = new Signal();
        _ = search.ContinueWith(_ => part.Loop.Post(answered.Set), TaskScheduler.Default);
        await answered;
        return await search;
    }

    private static async Task<bool> IsTlsAtOnceAsync(Wire client)
    {
        while (true)
        {
            await client.Socket.Readable;
            var seen = First(client.Socket, out var first);
            if (seen.Kind != TransferKind.WouldBlock)
            {
                return seen.Kind == TransferKind.Moved && first == TlsHandshake;
            }

            client.Socket.Readable.Reset();
        }
    }

    private static unsafe Transfer First(LoopSocket socket, out byte first)
    {
        byte seen = 0;
        var result = socket.Peek(&seen, 1);
        first = seen;
        return result;
    }

    private Task SecureAsync(Wire client) => options.ClientTls is { } tls
        ? client.BecomeTlsServerAsync(tls)
        : throw new ProtocolException("the client speaks TLS, and this router has no certificate");

    private SslClientAuthenticationOptions TlsTo(Member member) => new()
    {
        TargetHost = member.Connection.Target.HostName ?? member.Address?.Address.ToString() ?? "",
        ClientCertificates = options.MemberTls.ClientCertificates,
        RemoteCertificateValidationCallback = options.MemberTls.RemoteCertificateValidationCallback,
        CertificateChainPolicy = options.MemberTls.CertificateChainPolicy,
        ApplicationProtocols = options.MemberTls.ApplicationProtocols,
        EnabledSslProtocols = options.MemberTls.EnabledSslProtocols,
    };
}
