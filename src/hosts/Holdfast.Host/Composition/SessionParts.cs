using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Configuration;
using Holdfast.Router.Sessions;
using Holdfast.Router.Sessions.Login;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words and files to what mode session needs.</summary>
internal static class SessionParts
{
    private static readonly SslApplicationProtocol PostgreSql = new("postgresql");

    /// <exception cref="StartRefusedException">A file cannot be used.</exception>
    public static SessionOptions? Of(RouterClusterConfiguration cluster, ILoggerFactory loggers)
    {
        if (cluster.Session is not { } session)
        {
            return null;
        }

        try
        {
            return new SessionOptions
            {
                SwitchoverBudget = session.SwitchoverBudget,
                ClientTls = session.Tls is { } tls ? ClientTls(tls) : null,
                UsersAreCertified = session.Tls is { RequiresClientCertificate: true },
                MemberTlsMode = session.ServerTls.Mode switch
                {
                    RouterServerTlsMode.Disable => MemberTlsMode.Disable,
                    RouterServerTlsMode.Prefer => MemberTlsMode.Prefer,
                    _ => MemberTlsMode.Require,
                },
                MemberTls = MemberTls(session.ServerTls),
                Secrets = new UserSecrets(
                    session.UserListFile is { } file ? UserList.Parse(File.ReadAllText(file)) : new Dictionary<string, string>(),
                    session.AuthQuery is { } query ? new SecretQuery(query.Sql, query.Username, query.Password) : null,
                    HostClock.Time,
                    loggers.CreateLogger<UserSecrets>()),
                CustomSettings = session.CustomSettings,
            };
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException or FormatException)
        {
            throw new StartRefusedException($"router: what mode session of cluster {cluster.Scope} needs cannot be used: {exception.Message}", exception);
        }
    }

    private static SslServerAuthenticationOptions ClientTls(RouterTlsConfiguration tls)
    {
        var options = new SslServerAuthenticationOptions
        {
            ServerCertificate = X509Certificate2.CreateFromPemFile(tls.CertFile, tls.KeyFile),
            ApplicationProtocols = [PostgreSql],
            ClientCertificateRequired = tls.RequiresClientCertificate,
        };
        if (tls.CaFile is { } authorities)
        {
            options.CertificateChainPolicy = Trusting(authorities);
        }

        return options;
    }

    private static SslClientAuthenticationOptions MemberTls(RouterServerTlsConfiguration tls)
    {
        var options = new SslClientAuthenticationOptions { ApplicationProtocols = [PostgreSql] };
        if (tls.CertFile is { } certificate)
        {
#pragma warning disable CA2000 // The options own it, and live as long as the process.
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, tls.KeyFile)];
#pragma warning restore CA2000
        }

        if (tls.CaFile is { } authorities && tls.Mode is RouterServerTlsMode.VerifyCa or RouterServerTlsMode.VerifyFull)
        {
            options.CertificateChainPolicy = Trusting(authorities);
            if (tls.Mode == RouterServerTlsMode.VerifyCa)
            {
                options.RemoteCertificateValidationCallback = static (_, _, _, errors) => (errors & ~SslPolicyErrors.RemoteCertificateNameMismatch) == SslPolicyErrors.None;
            }
        }
        else
        {
#pragma warning disable CA5359 // libpq's modes prefer and require protect from listening alone, and that is what the operator chose.
            options.RemoteCertificateValidationCallback = static (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        return options;
    }

    private static X509ChainPolicy Trusting(string file)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPemFile(file);
        return policy;
    }
}
