using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Conformance;

/// <summary>
/// An authority, a server on the loopback address and a client, as PEM files that last as long as this does; and a server whose
/// certificate has expired, and one whose certificate is another host's.
/// </summary>
public sealed class TestCertificates : IDisposable
{
    /// <summary>The name that the server's certificate has beside the loopback address.</summary>
    public const string ServerName = "etcd.test";
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-certificates-").FullName;

    public TestCertificates()
    {
        using var authority = Authority();
        using var server = Signed(authority, "127.0.0.1", Here(), TimeSpan.FromDays(5));
        using var expired = Signed(authority, "127.0.0.1", Here(), TimeSpan.FromHours(-1));
        using var elsewhere = Signed(authority, "elsewhere", Named("elsewhere.test"), TimeSpan.FromDays(5));
        using var client = Signed(authority, "member", Here(), TimeSpan.FromDays(5));
        Write("authority", authority);
        Write("server", server);
        Write("expired", expired);
        Write("elsewhere", elsewhere);
        Write("client", client);
    }

    /// <summary>The path of <c>authority</c>, <c>server</c>, <c>expired</c>, <c>elsewhere</c> or <c>client</c> with <c>.crt</c> or <c>.key</c>.</summary>
    public string this[string file] => Path.Combine(directory, file);

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name, SubjectAlternativeNameBuilder names, TimeSpan left)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow + left, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private static SubjectAlternativeNameBuilder Here()
    {
        var names = Named(ServerName);
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        return names;
    }

    private static SubjectAlternativeNameBuilder Named(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        return names;
    }

    private void Write(string name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(directory, $"{name}.crt"), certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(directory, $"{name}.key"), key.ExportECPrivateKeyPem());
    }
}
