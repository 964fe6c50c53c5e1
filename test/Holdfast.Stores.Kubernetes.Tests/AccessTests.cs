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
    [InlineData("no-such-file", null)]
    [InlineData(null, "no-such-context")]
    public async Task A_kubeconfig_that_is_of_no_use_is_said_to_be(string? file, string? context)
    {
        await using var cluster = await KubernetesCluster.StartAsync(0, Stop);
        var access = new KubernetesAccess.KubeConfig(file ?? cluster.ConfigFile, context, null);

        var refused = Assert.ThrowsAny<IOException>(() => cluster.Open(options => options with { Access = access }));

        Assert.Contains(file ?? cluster.ConfigFile, refused.Message, StringComparison.Ordinal);
    }
}
