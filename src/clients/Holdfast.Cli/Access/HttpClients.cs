using System.Net.Http.Headers;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Holdfast.Cli.Access;

/// <summary>Makes the client for a connection: its credentials, its trust, its own certificate.</summary>
internal static class HttpClients
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(3);

    public static HttpClient Create(ClusterConnection connection)
    {
        try
        {
            return Make(connection);
        }
        catch (Exception exception) when (exception is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new CommandFailedException($"The certificates for the members cannot be used: {exception.Message}");
        }
    }

    private static HttpClient Make(ClusterConnection connection)
    {
        var security = new SslClientAuthenticationOptions
        {
            RemoteCertificateValidationCallback = Validation(connection),
        };
        if (connection.CertFile is { } file)
        {
#pragma warning disable CA2000 // The client owns it, and lives as long as the command.
            security.ClientCertificates = [OwnCertificate(file, connection)];
#pragma warning restore CA2000
        }

#pragma warning disable CA2000 // The client owns its handler.
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectLimit, SslOptions = security, UseProxy = false, AllowAutoRedirect = false };
#pragma warning restore CA2000
        var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.TryAddWithoutValidation("Holdfast-Actor", $"{Environment.UserName}@{Environment.MachineName}");
        if (connection.Token is { Length: > 0 } token)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }
        else if (connection is { Username: { } username, Password: { } password })
        {
            client.DefaultRequestHeaders.Authorization =
                new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{username}:{password}")));
        }

        return client;
    }

    private static X509Certificate2 OwnCertificate(string file, ClusterConnection connection) =>
        connection.KeyFilePassword is { Length: > 0 } password
            ? X509Certificate2.CreateFromEncryptedPemFile(file, password, connection.KeyFile)
            : X509Certificate2.CreateFromPemFile(file, connection.KeyFile);

    private static RemoteCertificateValidationCallback? Validation(ClusterConnection connection)
    {
        if (connection.Insecure)
        {
#pragma warning disable CA5359 // The operator asked for exactly this.
            return (_, _, _, _) => true;
#pragma warning restore CA5359
        }

        if (connection.CaFile is not { } file)
        {
            return null;
        }

        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(file);
        return (_, presented, sentAlong, errors) => IsTrusted(presented, sentAlong, errors, authorities);
    }

    private static bool IsTrusted(X509Certificate? presented, X509Chain? sentAlong, SslPolicyErrors errors, X509Certificate2Collection authorities)
    {
        if (presented is not X509Certificate2 server || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return false;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.ExtraStore.AddRange(sentAlong?.ChainPolicy.ExtraStore ?? []);
        return chain.Build(server);
    }
}
