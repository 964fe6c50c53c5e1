using System.Net.Http.Json;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Users, passwords and certificates: the right ones open the door, and a wrong one is named.</summary>
public class AccessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_with_a_password_may_and_a_wrong_password_is_named_without_being_shown()
    {
        await using var cluster = await EtcdStores.StartAsync(1, Stop);
        using var http = new HttpClient { BaseAddress = cluster.Etcd.Servers[0] };
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
        using var files = new TestCertificates();
        await using var cluster = await EtcdStores.StartAsync(EtcdClusterOptions.WithTls(files["server.crt"], files["server.key"], files["authority.crt"]), Stop);
        await using var good = cluster.Open(0, options => options with { CaFile = files["authority.crt"], CertFile = files["client.crt"], KeyFile = files["client.key"] });
        await using var trustless = cluster.Open(0, options => options with { CertFile = files["client.crt"], KeyFile = files["client.key"] });

        await good.ReadSurelyAsync("/", Stop);
        await good.PutAsync("/a", "1", Stop);
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => trustless.ReadAsync("/", Stop));
        Assert.Contains("etcd3.cacert", refused.Message, StringComparison.Ordinal);
    }

    private static async Task CallAsync(HttpClient http, string path, Dictionary<string, string> body) =>
        (await http.PostAsJsonAsync(path, body, Stop)).EnsureSuccessStatusCode();
}
