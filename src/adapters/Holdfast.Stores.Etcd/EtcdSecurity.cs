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
        RemoteCertificateValidationCallback = authorities.Count > 0 ? IsTrusted : null,
    };

    public void Dispose()
    {
        own?.Dispose();
        foreach (var authority in authorities)
        {
            authority.Dispose();
        }
    }

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
