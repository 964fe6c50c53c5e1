using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Holdfast.Api.Tests;

/// <summary>An authority of a test's own, with a server and a client that it vouches for, and one that it does not.</summary>
internal sealed class CertificateFiles : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
    private readonly X509Certificate2 authority = MakeAuthority("CN=test authority");
    private readonly X509Certificate2 foreignAuthority = MakeAuthority("CN=foreign authority");

    public CertificateFiles()
    {
        File.WriteAllText(CaFile, authority.ExportCertificatePem());
        ClientCertificate = Issue(authority, "CN=client");
        ForeignCertificate = Issue(foreignAuthority, "CN=stranger");
        RenewServer();
    }

    public X509Certificate2 ClientCertificate { get; }

    public X509Certificate2 ForeignCertificate { get; }

    private string CaFile => Path.Combine(directory, "ca.pem");

    public RestTls Tls(ClientCertificates verification) => new()
    {
        CertFile = Path.Combine(directory, "server.pem"),
        KeyFile = Path.Combine(directory, "server.key"),
        CaFile = CaFile,
        VerifyClient = verification,
    };

    public void RenewServer()
    {
        using var server = Issue(authority, "CN=127.0.0.1");
        File.WriteAllText(Path.Combine(directory, "server.pem"), server.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, "server.key"), server.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
    }

    public HttpClient Client(Uri address, X509Certificate2? certificate)
    {
        var security = new SslClientAuthenticationOptions { RemoteCertificateValidationCallback = (_, presented, _, _) => IsIssuedByAuthority(presented) };
        if (certificate is not null)
        {
            security.ClientCertificates = [certificate];
        }

        return new(new SocketsHttpHandler { SslOptions = security }) { BaseAddress = address };
    }

    /// <summary>The serial number of the certificate that a server shows.</summary>
    public async Task<string> ShownAsync(Uri address)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync(address.Host, address.Port);
        await using var stream = new SslStream(socket.GetStream(), false, (_, presented, _, _) => IsIssuedByAuthority(presented));
        await stream.AuthenticateAsClientAsync("127.0.0.1");
        return stream.RemoteCertificate!.GetSerialNumberString();
    }

    public void Dispose()
    {
        authority.Dispose();
        foreignAuthority.Dispose();
        ClientCertificate.Dispose();
        ForeignCertificate.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private bool IsIssuedByAuthority(X509Certificate? presented)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.Add(authority);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        return presented is X509Certificate2 certificate && chain.Build(certificate);
    }

    private static X509Certificate2 MakeAuthority(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddHours(1));
    }

    private static X509Certificate2 Issue(X509Certificate2 issuer, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var issued = request.Create(issuer, DateTimeOffset.UtcNow.AddMinutes(-30), DateTimeOffset.UtcNow.AddMinutes(30), RandomNumberGenerator.GetBytes(8));
        using var withKey = issued.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(withKey.Export(X509ContentType.Pfx), null);
    }
}
