using System.Net.Http.Json;
using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Users, passwords and certificates: the right ones open the door, and a wrong one is named by its key and not shown.</summary>
public sealed class AccessTests : IDisposable
{
    private const string Password = "right-one";
    private const string WrongPassword = "wrong-one";
    private readonly TestCertificates files = new();
    private readonly TestCertificates strangers = new();

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        files.Dispose();
        strangers.Dispose();
    }

    [Fact]
    public async Task A_user_with_a_password_may_and_a_wrong_password_is_named_without_being_shown()
    {
        await using var cluster = await WithUsersAsync();
        var log = new LogLines();
        await using var right = cluster.Open(0, options => options with { Username = "root", Password = Password });
        await using var wrong = cluster.Open(0, options => options with { Username = "root", Password = WrongPassword }, log);
        await using var nobody = cluster.Open(0, options => options);

        await right.PutAsync("/a", "1", Stop);
        Assert.Equal("1", await right.GetAsync("/a", Stop));
        await RefusedAsync(wrong, "etcd3.username and etcd3.password");
        await RefusedAsync(nobody, "etcd3.username and etcd3.password");
        await ComplainsAsync(wrong, log, "etcd3.password");
    }

    [Fact]
    public async Task A_user_without_rights_is_named_with_what_it_lacks()
    {
        await using var cluster = await WithUsersAsync();
        var log = new LogLines();
        await using var store = cluster.Open(0, options => options with { Username = "guest", Password = Password }, log);

        await RefusedAsync(store, "permission denied): see etcd3.username and etcd3.password, and the rights of that user");
        await ComplainsAsync(store, log, "the rights of that user");
    }

    [Fact]
    public async Task Certificates_that_fit_open_the_door()
    {
        await using var cluster = await WithTlsAsync("server");
        await using var store = cluster.Open(0, Fitting);

        await store.PutAsync("/a", "1", Stop);
        Assert.Equal("1", await store.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task A_server_of_another_authority_is_refused_by_name()
    {
        await using var cluster = await WithTlsAsync("server");
        await using var trustless = cluster.Open(0, options => Fitting(options) with { CaFile = null });
        await using var mistaken = cluster.Open(0, options => Fitting(options) with { CaFile = strangers["authority.crt"] });

        await RefusedAsync(trustless, "an authority that is not trusted: see etcd3.cacert");
        await RefusedAsync(mistaken, "an authority that is not trusted: see etcd3.cacert");
    }

    [Fact]
    public async Task A_server_whose_certificate_has_expired_is_refused_by_name()
    {
        await using var cluster = await WithTlsAsync("expired");
        await using var store = cluster.Open(0, Fitting);

        await RefusedAsync(store, "certificate has expired or is not valid yet");
    }

    [Fact]
    public async Task A_server_whose_certificate_is_another_hosts_is_refused_by_name()
    {
        await using var cluster = await WithTlsAsync("elsewhere");
        await using var store = cluster.Open(0, Fitting);

        await RefusedAsync(store, "certificate is not for the name that it is called by: see etcd3.hosts");
    }

    [Fact]
    public async Task A_member_that_shows_no_certificate_or_a_strangers_is_told_which_key_that_is()
    {
        await using var cluster = await WithTlsAsync("server");
        await using var without = cluster.Open(0, options => Fitting(options) with { CertFile = null, KeyFile = null });
        await using var strange = cluster.Open(0, options => Fitting(options) with { CertFile = strangers["client.crt"], KeyFile = strangers["client.key"] });

        await RefusedAsync(without, "etcd3.cert and etcd3.key (what this member shows)");
        await RefusedAsync(strange, "etcd3.cert and etcd3.key (what this member shows)");
    }

    [Fact]
    public async Task Plain_text_to_a_server_that_wants_TLS_and_the_other_way_round_says_so()
    {
        await using var secure = await WithTlsAsync("server");
        await using var plain = await EtcdStores.StartAsync(1, Stop);
        await using var tooPlain = secure.Open(0, options => options with { Endpoints = [new Uri($"http://127.0.0.1:{secure.Etcd.Ports[0]}")] });
        await using var tooSecure = plain.Open(0, options => Fitting(options) with { Endpoints = [new Uri($"https://127.0.0.1:{plain.Etcd.Ports[0]}")] });

        await RefusedAsync(tooPlain, "etcd3.protocol");
        await RefusedAsync(tooSecure, "etcd3.protocol");
    }

    private EtcdStoreOptions Fitting(EtcdStoreOptions options) =>
        options with { CaFile = files["authority.crt"], CertFile = files["client.crt"], KeyFile = files["client.key"] };

    private static async Task RefusedAsync(EtcdStore store, string words)
    {
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync("/", Stop));
        Assert.True(refused.Message.Contains(words, StringComparison.Ordinal), $"{words} is not in: {refused}");
        Assert.DoesNotContain(WrongPassword, refused.ToString(), StringComparison.Ordinal);
    }

    private static async Task ComplainsAsync(EtcdStore store, LogLines log, string words)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        await using var watch = store.WatchAsync("/", new Revision(0), ending.Token).GetAsyncEnumerator(ending.Token);
        var next = watch.MoveNextAsync().AsTask();
        while (!log.Text.Contains(words, StringComparison.Ordinal))
        {
            Assert.False(next.IsCompleted);
            await Task.Delay(20, Stop);
        }

        await ending.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        Assert.DoesNotContain(WrongPassword, log.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Password, log.Text, StringComparison.Ordinal);
    }

    private Task<EtcdStores> WithTlsAsync(string server) =>
        EtcdStores.StartAsync(EtcdClusterOptions.WithTls(files[$"{server}.crt"], files[$"{server}.key"], files["authority.crt"]), Stop);

    private static async Task<EtcdStores> WithUsersAsync()
    {
        var cluster = await EtcdStores.StartAsync(1, Stop);
        using var http = new HttpClient { BaseAddress = cluster.Etcd.Servers[0] };
        await CallAsync(http, "/v3/auth/user/add", new() { ["name"] = "root", ["password"] = Password });
        await CallAsync(http, "/v3/auth/user/add", new() { ["name"] = "guest", ["password"] = Password });
        await CallAsync(http, "/v3/auth/role/add", new() { ["name"] = "root" });
        await CallAsync(http, "/v3/auth/user/grant", new() { ["user"] = "root", ["role"] = "root" });
        await CallAsync(http, "/v3/auth/enable", []);
        return cluster;
    }

    private static async Task CallAsync(HttpClient http, string path, Dictionary<string, string> body) =>
        (await http.PostAsJsonAsync(path, body, Stop)).EnsureSuccessStatusCode();
}
