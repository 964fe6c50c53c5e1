using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Api.Tls;

/// <summary>The certificates of one moment: what is shown, and whose clients are trusted. A reload makes a new one.</summary>
internal sealed class TlsMaterial : IDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2Collection authorities;
    private readonly SslServerAuthenticationOptions handshake;

    private TlsMaterial(RestTls tls)
    {
        certificate = Load(tls);
        authorities = [];
        if (tls.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }

        X509Certificate2Collection chain = [];
        chain.ImportFromPemFile(tls.CertFile);
        handshake = new()
        {
            ServerCertificateContext = SslStreamCertificateContext.Create(certificate, chain, offline: true),
            ClientCertificateRequired = tls.VerifyClient != ClientCertificates.None,
            RemoteCertificateValidationCallback = (_, presented, _, _) => IsAcceptable(presented, tls.VerifyClient),
        };
    }

    /// <summary>Reads the files.</summary>
    public static TlsMaterial Read(RestTls tls) => new(tls);

    public SslServerAuthenticationOptions Handshake => handshake;

    public void Dispose()
    {
        certificate.Dispose();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private static X509Certificate2 Load(RestTls tls) =>
        tls.KeyFilePassword is { Length: > 0 } password
            ? X509Certificate2.CreateFromEncryptedPemFile(tls.CertFile, password, tls.KeyFile)
            : X509Certificate2.CreateFromPemFile(tls.CertFile, tls.KeyFile);

    private bool IsAcceptable(X509Certificate? presented, ClientCertificates verification)
    {
        if (verification == ClientCertificates.None)
        {
            return true;
        }

        if (presented is not X509Certificate2 client)
        {
            return verification == ClientCertificates.Optional;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return chain.Build(client);
    }
}
