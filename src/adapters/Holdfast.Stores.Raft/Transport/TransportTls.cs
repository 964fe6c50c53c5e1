using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Stores.Raft.Transport;

/// <summary>TLS in which both ends show a certificate that one authority signed; the called one must also bear the called name.</summary>
internal sealed class TransportTls : IDisposable
{
    private readonly X509Certificate2 certificate;
    private readonly X509Certificate2Collection authority = [];

    public TransportTls(RaftTls files)
    {
        certificate = X509Certificate2.CreateFromPemFile(files.CertificateFile, files.KeyFile);
        authority.ImportFromPemFile(files.AuthorityFile);
    }

    public async Task<Stream> CallAsync(Stream inner, string host, CancellationToken cancellationToken)
    {
        var stream = new SslStream(inner);
        await stream.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions
            {
                TargetHost = host,
                ClientCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                CertificateChainPolicy = ChainPolicy(),
                EnabledSslProtocols = SslProtocols.None,
            },
            cancellationToken);
        return stream;
    }

    public async Task<Stream> AnswerAsync(Stream inner, CancellationToken cancellationToken)
    {
        var stream = new SslStream(inner);
        await stream.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(certificate, null, offline: true),
                ClientCertificateRequired = true,
                CertificateChainPolicy = ChainPolicy(),
                EnabledSslProtocols = SslProtocols.None,
            },
            cancellationToken);
        return stream;
    }

    public void Dispose() => certificate.Dispose();

    private X509ChainPolicy ChainPolicy()
    {
        // Revocation lists of a private authority are seldom published; taking a node out means changing the authority.
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authority);
        return policy;
    }
}
