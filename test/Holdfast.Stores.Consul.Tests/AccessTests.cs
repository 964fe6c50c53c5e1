using System.Text.Json;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Consul.Tests;

/// <summary>Tokens, their rights, and certificates.</summary>
public sealed class AccessTests
{
    private const string Manager = "11111111-2222-3333-4444-555555555555";
    private const string Rights = """key_prefix \"service/\" { policy = \"write\" } node \"holdfast\" { policy = \"write\" } session \"holdfast\" { policy = \"write\" }""";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_with_the_rights_that_the_manual_names_is_enough()
    {
        await using var cluster = await StartAsync();
        await cluster.Consul.CallAsync(HttpMethod.Put, "/v1/acl/policy", $$"""{ "Name": "holdfast", "Rules": "{{Rights}}" }""", Manager, Stop);
        var token = JsonDocument.Parse(await cluster.Consul.CallAsync(HttpMethod.Put, "/v1/acl/token", """{ "Policies": [ { "Name": "holdfast" } ] }""", Manager, Stop))
            .RootElement.GetProperty("SecretID").GetString();
        await using var store = cluster.Open(0, options => options with { Token = token });

        var session = await store.OpenSessionAsync(TimeSpan.FromSeconds(10), Stop);
        await store.CommitSurelyAsync(Transactions.PutUnder(session, "/service/a"), Stop);

        Assert.Equal(session, (await store.ReadSurelyAsync("/service/", Stop)).Entries.Single().Session);
        Assert.Equal(SessionKeeping.Alive, await store.KeepSessionAsync(session, Stop));
        await store.CloseSessionAsync(session, Stop);
    }

    [Fact]
    public async Task A_wrong_token_is_refused_by_name_and_not_shown()
    {
        await using var cluster = await StartAsync();
        const string Wrong = "99999999-2222-3333-4444-555555555555";
        await using var store = cluster.Open(0, options => options with { Token = Wrong });

        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Transactions.Put("/service/a", "1"), Stop));

        Assert.Contains("consul.token", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Wrong, refused.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_the_server_wants_is_shown_and_a_server_that_nobody_trusts_is_refused()
    {
        using var files = new TestCertificates();
        await using var cluster = ConsulStores.Launch(ConsulOptions.WithTls(files["server.crt"], files["server.key"], files["authority.crt"]));
        ConsulStoreOptions Shown(ConsulStoreOptions options) => options with { CertFile = files["client.crt"], KeyFile = files["client.key"] };
        await cluster.WaitAsync(options => Shown(options) with { CaFile = files["authority.crt"] }, Stop);
        await using var good = cluster.Open(0, options => Shown(options) with { CaFile = files["authority.crt"] });
        await using var trustless = cluster.Open(0, Shown);
        await using var careless = cluster.Open(0, options => Shown(options) with { VerifiesServer = false });

        await good.PutAsync("/a", "1", Stop);
        Assert.Equal("1", await careless.GetAsync("/a", Stop));
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => trustless.ReadAsync("/", Stop));
        Assert.Contains("consul.cacert", refused.Message, StringComparison.Ordinal);
    }

    private static async Task<ConsulStores> StartAsync()
    {
        const string settings = $$""" "primary_datacenter": "dc1", "acl": { "enabled": true, "default_policy": "deny", "tokens": { "master": "{{Manager}}" } } """;
        var cluster = ConsulStores.Launch(new ConsulOptions { Settings = settings });
        await cluster.WaitAsync(options => options with { Token = Manager }, Stop);
        return cluster;
    }
}
