using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Users, passwords and certificates: the right ones open the door, and a wrong one is named.</summary>
public class AccessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_with_a_password_may_and_a_wrong_password_is_named_without_being_shown()
    {
        await using var cluster = await EtcdCluster.StartAsync(1, Stop);
        using var http = new HttpClient { BaseAddress = cluster.Servers[0] };
        await CallAsync(http, "/v3/auth/user/add", new() { ["name"] = "root", ["password"] = "right-one" });
        await CallAsync(http, "/v3/auth/role/add", new() { ["name"] = "root" });
        await CallAsync(http, "/v3/auth/user/grant", new() { ["user"] = "root", ["role"] = "root" });
        await CallAsync(http, "/v3/auth/enable", []);

        await using var right = cluster.Open(0, options => options with { Username = "root", Password = "right-one" });
        await using var wrong = cluster.Open(0, options => options with { Username = "root", Password = "wrong-one" });

        await right.PutAsync("/a", "1", Stop);
        Assert.Equal("1", await right.GetAsync("/a", Stop));
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => wrong.ReadAsync("/", Stop));
        Assert.Contains("etcd3.password", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong-one", refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_the_server_wants_is_shown_and_a_server_that_nobody_trusts_is_refused()
    {
        var files = Directory.CreateTempSubdirectory("holdfast-certificates-").FullName;
        using var authority = Authority();
        Write(files, "authority", authority);
        using (var server = Signed(authority, "127.0.0.1"))
        using (var client = Signed(authority, "member"))
        {
            Write(files, "server", server);
            Write(files, "client", client);
        }

        await using var cluster = EtcdCluster.StartWithTls(Of("server.crt"), Of("server.key"), Of("authority.crt"));
        await using var good = cluster.Open(0, options => options with { CaFile = Of("authority.crt"), CertFile = Of("client.crt"), KeyFile = Of("client.key") });
        await using var trustless = cluster.Open(0, options => options with { CertFile = Of("client.crt"), KeyFile = Of("client.key") });

        await good.ReadSurelyAsync("/", Stop);
        await good.PutAsync("/a", "1", Stop);
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => trustless.ReadAsync("/", Stop));
        Assert.Contains("etcd3.cacert", refused.Message, StringComparison.Ordinal);
        Directory.Delete(files, recursive: true);

        string Of(string name) => Path.Combine(files, name);
    }

    private static async Task CallAsync(HttpClient http, string path, Dictionary<string, string> body) =>
        (await http.PostAsJsonAsync(path, body, Stop)).EnsureSuccessStatusCode();

    private static X509Certificate2 Authority()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=authority", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(10));
    }

    private static X509Certificate2 Signed(X509Certificate2 authority, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(System.Net.IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1"), new Oid("1.3.6.1.5.5.7.3.2")], false));
        using var certificate = request.Create(authority, DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(5), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    private static void Write(string directory, string name, X509Certificate2 certificate)
    {
        File.WriteAllText(Path.Combine(directory, $"{name}.crt"), certificate.ExportCertificatePem());
        using var key = certificate.GetECDsaPrivateKey()!;
        File.WriteAllText(Path.Combine(directory, $"{name}.key"), key.ExportECPrivateKeyPem());
    }
}
