using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

public sealed class TlsTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("holdfast-tls-").FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(root, recursive: true);

    [Fact]
    public async Task Nodes_and_clients_with_certificates_of_one_authority_work_together_and_others_are_kept_out()
    {
        var (ours, theirs) = (Authority("ours"), Authority("theirs"));
        await using var cluster = await RaftCluster.StartAsync(3, options => options with { Tls = ours, Password = "a secret" }, Stop);
        await cluster.Nodes[0].PutAsync("/a", "1", Stop);

        await using var friend = Client(cluster, ours);
        Assert.Equal("1", await friend.GetAsync("/a", Stop));

        await using var stranger = Client(cluster, theirs with { AuthorityFile = ours.AuthorityFile });
        await Assert.ThrowsAsync<StoreUnavailableException>(() => stranger.ReadAsync("/", Stop));

        await using var plain = Client(cluster, null);
        await Assert.ThrowsAsync<StoreUnavailableException>(() => plain.ReadAsync("/", Stop));
    }

    private static RaftStoreClient Client(RaftCluster cluster, RaftTls? tls) => new(
        new RaftClientOptions { Addresses = [.. cluster.Addresses], Password = "a secret", Tls = tls }, TimeProvider.System);

    private RaftTls Authority(string name)
    {
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authorityRequest = new CertificateRequest($"CN={name}", authorityKey, HashAlgorithmName.SHA256);
        authorityRequest.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var (from, until) = (DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authority = authorityRequest.CreateSelfSigned(from, until);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}-node", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(authority, from, until, [1, 2, 3]);

        var files = new RaftTls(Path.Combine(root, $"{name}.crt"), Path.Combine(root, $"{name}.key"), Path.Combine(root, $"{name}-ca.crt"));
        File.WriteAllText(files.CertificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(files.KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(files.AuthorityFile, authority.ExportCertificatePem());
        return files;
    }
}
