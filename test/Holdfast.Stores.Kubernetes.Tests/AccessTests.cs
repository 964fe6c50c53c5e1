using Holdfast.Conformance;
using Holdfast.KubernetesApi;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Kubernetes.Tests;

/// <summary>Tokens, rights and certificates.</summary>
public sealed class AccessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_reads_its_token_again_when_Kubernetes_has_replaced_it()
    {
        await using var cluster = await KubernetesCluster.StartAsync(0, Stop);
        var account = Directory.CreateTempSubdirectory("holdfast-account-");
        var file = Path.Combine(account.FullName, "token");
        await File.WriteAllTextAsync(file, cluster.Server.Token + "\n", Stop);
        await using var store = cluster.Open(options => options with { Access = new KubernetesAccess.InCluster(cluster.Server.Address, account.FullName, null) });
        await store.PutAsync("/a", "1", Stop);

        cluster.Server.Tokens.Clear();
        cluster.Server.Tokens["the-next-token"] = true;
        await File.WriteAllTextAsync(file, "the-next-token", Stop);

        Assert.Equal("1", await store.GetAsync("/a", Stop));
        account.Delete(recursive: true);
    }

    [Fact]
    public async Task A_wrong_token_is_refused_by_name_and_not_shown()
    {
        await using var cluster = await KubernetesCluster.StartAsync(0, Stop);
        await using var store = cluster.Open(options => options);
        var token = cluster.Server.Token;
        cluster.Server.Tokens.Clear();

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Transactions.Put("/a", "1"), Stop));

        Assert.Contains("does not know this client", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(token, refused.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list configmaps")]
    [InlineData("create configmaps")]
    [InlineData("patch configmaps")]
    public async Task A_right_that_the_Role_lacks_is_named(string right)
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        cluster.Server.Faults.Forbids.Add(right);

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => cluster.Endpoints[0].CommitAsync(Transactions.Put("/a", "1"), Stop));

        Assert.Contains($"its Role needs the verb '{right.Split(' ')[0]}' on 'configmaps' in the namespace 'databases'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_whose_authority_is_known_is_trusted_and_another_is_not()
    {
        using var files = new TestCertificates();
        using var others = new TestCertificates();
        await using var cluster = await KubernetesCluster.StartAsync(new KubernetesApiServer(files["server.crt"], files["server.key"]), 0, Stop);
        KubernetesStore Trusting(string authority) => cluster.Open(options => options with { Access = new KubernetesAccess.KubeConfig(cluster.ConfigFile, null, authority) });
        await using var good = Trusting(files["authority.crt"]);
        await using var trustless = Trusting(others["authority.crt"]);

        await good.PutAsync("/a", "1", Stop);
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => trustless.ReadAsync("/", Stop));

        Assert.Contains("kubernetes.cacert", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_client_certificate_is_shown_from_files_or_from_the_kubeconfig_itself(bool isInside)
    {
        using var files = new TestCertificates();
        await using var cluster = await KubernetesCluster.StartAsync(new KubernetesApiServer(files["server.crt"], files["server.key"]) { ClientAuthority = "CN=authority" }, 0, Stop);
        await using var unknown = cluster.Open(options => options with { Access = new KubernetesAccess.KubeConfig(cluster.ConfigFile, null, files["authority.crt"]) });
        string Inside(string file) => Convert.ToBase64String(File.ReadAllBytes(files[file]));
        var shown = isInside
            ? $"client-certificate-data: {Inside("client.crt")}, client-key-data: {Inside("client.key")}"
            : $"client-certificate: {files["client.crt"]}, client-key: {files["client.key"]}";
        await using var known = cluster.Open(options => options with { Access = new KubernetesAccess.KubeConfig(Changed(cluster, "user: {", $"user: {{{shown}, "), null, files["authority.crt"]) });

        await Assert.ThrowsAsync<StoreUnavailableException>(() => unknown.ReadAsync("/", Stop));
        await known.PutAsync("/a", "1", Stop);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("tls-server-name: elsewhere.test, ", true)]
    [InlineData("insecure-skip-tls-verify: true, ", true)]
    public async Task A_server_of_another_name_is_trusted_where_the_kubeconfig_says_so_only(string settings, bool isTrusted)
    {
        using var files = new TestCertificates();
        await using var cluster = await KubernetesCluster.StartAsync(new KubernetesApiServer(files["elsewhere.crt"], files["elsewhere.key"]), 0, Stop);
        await using var store = cluster.Open(options => options with { Access = new KubernetesAccess.KubeConfig(Changed(cluster, "cluster: {server", $"cluster: {{{settings}server"), null, files["authority.crt"]) });

        var refused = await Record.ExceptionAsync(() => store.ReadAsync("/", Stop));

        Assert.Equal(isTrusted, refused is null);
    }

    /// <summary>The path of the cluster's kubeconfig file with other words in it.</summary>
    private static string Changed(KubernetesCluster cluster, string words, string others)
    {
        var file = cluster.ConfigFile + "-changed";
        File.WriteAllText(file, File.ReadAllText(cluster.ConfigFile).Replace(words, others, StringComparison.Ordinal));
        return file;
    }

    [Theory]
    [InlineData("no-such-file", null)]
    [InlineData(null, "no-such-context")]
    public async Task A_kubeconfig_that_is_of_no_use_is_said_to_be(string? file, string? context)
    {
        await using var cluster = await KubernetesCluster.StartAsync(0, Stop);
        var access = new KubernetesAccess.KubeConfig(file ?? cluster.ConfigFile, context, null);

        var refused = Assert.ThrowsAny<IOException>(() => cluster.Open(options => options with { Access = access }));

        Assert.Contains(file ?? cluster.ConfigFile, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("auth-provider: {name: azure, config: {access-token: a, expires-on: '1'}}, ")]
    [InlineData("auth-provider: {name: gcp, config: {access-token: a}}, ")]
    [InlineData("client-certificate-data: no-base64, client-key-data: no-base64, ")]
    [InlineData("{{{")]
    public async Task A_kubeconfig_whose_user_cannot_be_understood_is_said_to_be(string user)
    {
        await using var cluster = await KubernetesCluster.StartAsync(0, Stop);
        var access = new KubernetesAccess.KubeConfig(Changed(cluster, "user: {", $"user: {{{user}"), null, null);

        var refused = Assert.ThrowsAny<IOException>(() => cluster.Open(options => options with { Access = access }));

        Assert.Contains(access.File, refused.Message, StringComparison.Ordinal);
    }
}
