using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Stores.Etcd;

/// <summary>What this member shows to servers, and which servers it believes.</summary>
internal sealed class EtcdSecurity : IDisposable
{
    private readonly X509Certificate2? own;
    private readonly X509Certificate2Collection authorities = [];

    /// <exception cref="IOException">A certificate's file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    public EtcdSecurity(EtcdStoreOptions options)
    {
        if (options.CaFile is { } file)
        {
            authorities.ImportFromPemFile(file);
        }

        own = options.CertFile is { } certificate ? X509Certificate2.CreateFromPemFile(certificate, options.KeyFile ?? certificate) : null;
    }

    public SslClientAuthenticationOptions Client() => new()
    {
        ClientCertificates = own is null ? null : [own],
        CertificateChainPolicy = authorities.Count > 0 ? Policy() : null,
    };

    public void Dispose()
    {
        own?.Dispose();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

    private X509ChainPolicy Policy()
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }
}
