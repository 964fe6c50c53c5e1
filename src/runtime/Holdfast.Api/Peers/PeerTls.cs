using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Api.Peers;

/// <summary>The certificates for requests to other members, read once.</summary>
internal sealed class PeerTls : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(1);
    private readonly X509Certificate2? own;
    private readonly X509Certificate2Collection authorities;

    private PeerTls(X509Certificate2? own, X509Certificate2Collection authorities)
    {
        this.own = own;
        this.authorities = authorities;
    }

    public static PeerTls Read(RestPeerOptions options)
    {
        X509Certificate2Collection authorities = [];
        if (options.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }

        return new PeerTls(options.CertFile is null ? null : OwnCertificate(options.CertFile, options), authorities);
    }

    /// <param name="verifies">Only a member whose certificate is trusted gets an answer; otherwise anybody, who must then not be believed.</param>
    public HttpClient CreateClient(bool verifies)
    {
        var security = new SslClientAuthenticationOptions
        {
#pragma warning disable CA5359 // Who only asks whether somebody is there tells nothing and believes nothing.
            RemoteCertificateValidationCallback = verifies
                ? authorities.Count > 0 ? IsTrusted : null
                : static (_, _, _, _) => true,
#pragma warning restore CA5359
            ClientCertificates = own is null ? null : [own],
        };
#pragma warning disable CA2000 // The client owns its handler.
        var handler = new SocketsHttpHandler { ConnectTimeout = ConnectLimit, SslOptions = security, UseProxy = false, AllowAutoRedirect = false };
#pragma warning restore CA2000
        return new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = 64 * 1024 };
    }

    public void Dispose()
    {
        own?.Dispose();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private static X509Certificate2 OwnCertificate(string file, RestPeerOptions options) =>
        options.KeyFilePassword is { Length: > 0 } password
            ? X509Certificate2.CreateFromEncryptedPemFile(file, password, options.KeyFile)
            : X509Certificate2.CreateFromPemFile(file, options.KeyFile);

    private bool IsTrusted(object sender, X509Certificate? presented, X509Chain? sentAlong, SslPolicyErrors errors)
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
