using System.Net;
using Holdfast.Api.Peers;
using Holdfast.Decisions.Access;
using Holdfast.Model;
using Holdfast.Model.Access;
using Holdfast.Ports.Peers;
using Xunit;

namespace Holdfast.Api.Tests;

/// <summary>Who may look where looking needs a role.</summary>
public sealed class ReadingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<string> Private =>
    [
        "/patroni", "/cluster", "/history", "/config", "/failsafe", "/metrics", "/holdfast/v1/status", "/holdfast/v1/alerts", "/holdfast/v1/approvals", "/holdfast/v1/audit",
        "/holdfast/v1/decisions", "/holdfast/v1/clusters", "/holdfast/v1/events", "/holdfast/v1/anything-new", "/anything-new", "/patroni/", "/dashboardx",
    ];

    public static TheoryData<string, int> Open => new()
    {
        { "/", 200 }, { "/primary", 200 }, { "/master", 200 }, { "/read-write", 200 }, { "/leader", 200 }, { "/read_only", 200 }, { "/health", 200 }, { "/liveness", 200 }, { "/readiness", 200 },
        { "/replica", 503 }, { "/replica?lag=1MB", 503 }, { "/sync", 503 }, { "/synchronous", 503 }, { "/async", 503 }, { "/asynchronous", 503 }, { "/quorum", 503 }, { "/standby-leader", 503 },
        { "/read-only-sync", 200 }, { "/read-only-synchronous", 200 }, { "/read-only-quorum", 200 },
    };

    [Theory]
    [MemberData(nameof(Private))]
    public async Task What_tells_of_the_cluster_is_told_to_whoever_has_a_role_and_to_nobody_else(string path)
    {
        await using var api = await StartAsync();

        foreach (var method in (string[])["GET", "HEAD", "OPTIONS"])
        {
            Assert.Equal(401, (await api.AskAsync(method, path)).Status);
            Assert.Equal(401, (await api.AskAsync(method, path, credentials: "admin:guess")).Status);
            Assert.Equal(401, (await api.AskWithTokenAsync("hft_000000000000_x", method, path)).Status);
            Assert.Equal(403, (await api.AskWithTokenAsync(Give(api, Roles.None), method, path)).Status);
        }

        foreach (var role in (Roles[])[Roles.Viewer, Roles.Operator, Roles.Approver, Roles.Admin])
        {
            Assert.NotInRange(await StatusAsync(api, path, Give(api, role)), 401, 403);
        }
    }

    [Theory]
    [MemberData(nameof(Open))]
    public async Task Health_checks_are_answered_to_all_by_their_status_and_with_their_body_to_whoever_has_a_role(string path, int status)
    {
        await using var api = await StartAsync();

        Assert.Equal((status, ""), await api.AskAsync("GET", path));
        Assert.Equal((status, ""), await api.AskAsync("GET", path, credentials: "admin:guess"));
        Assert.Equal(status, (await api.AskAsync("OPTIONS", path)).Status);
        var (told, body) = await api.AskWithTokenAsync(Give(api, Roles.Viewer), "GET", path);
        Assert.Equal(status, told);
        Assert.Equal(path is "/liveness" or "/readiness", body.Length == 0);
    }

    [Fact]
    public async Task The_dashboards_files_are_for_all_and_a_refusal_says_what_is_missing()
    {
        await using var api = await StartAsync();

        Assert.Equal(200, await api.StatusAsync("/dashboard/"));
        Assert.Equal((401, "no auth header received"), await api.AskAsync("GET", "/cluster"));
        Assert.Equal((403, "vera has no role; GET /cluster needs viewer or operator or approver or admin"), await api.AskWithTokenAsync(Give(api, Roles.None), "GET", "/cluster"));
        Assert.Equal(["GET /cluster"], api.Control.Facts.Select(fact => fact.What));
        Assert.All(api.Control.Facts, fact => Assert.True(fact.IsAttempt));
    }

    [Fact]
    public async Task A_viewer_changes_nothing_and_a_viewers_login_says_so()
    {
        await using var api = await StartAsync();
        var token = Give(api, Roles.Viewer);

        Assert.Equal(403, (await api.AskWithTokenAsync(token, "POST", "/reload")).Status);
        Assert.Contains("viewer", (await api.AskWithTokenAsync(token, "POST", "/holdfast/v1/login")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whether_looking_needs_a_role_is_taken_up_by_a_reload()
    {
        await using var api = await StartAsync();

        api.Api.Reload(api.Options with { ReadingNeedsRole = false });
        Assert.Equal(200, await api.StatusAsync("/cluster"));
        api.Api.Reload(api.Options);
        Assert.Equal(401, await api.StatusAsync("/cluster"));
    }

    [Fact]
    public async Task Where_nothing_else_is_configured_the_clusters_tokens_are_asked_for_changes_as_well()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { ReadingNeedsRole = true });

        Assert.Equal(401, (await api.AskAsync("POST", "/reload")).Status);
        Assert.Equal(200, (await api.AskWithTokenAsync(Give(api, Roles.Viewer), "GET", "/cluster")).Status);
    }

    [Fact]
    public async Task Where_certificates_alone_are_asked_for_whoever_has_one_may_look()
    {
        using var files = new CertificateFiles();
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { ReadingNeedsRole = true, Tls = files.Tls(ClientCertificates.Optional) });
        using var client = files.Client(api.Address, files.ClientCertificate);
        using var stranger = files.Client(api.Address, null);

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/cluster", UriKind.Relative), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await stranger.GetAsync(new Uri("/cluster", UriKind.Relative), Stop)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await stranger.GetAsync(new Uri("/primary", UriKind.Relative), Stop)).StatusCode);
    }

    [Fact]
    public async Task An_open_stream_of_events_ends_when_its_token_is_revoked()
    {
        await using var api = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/holdfast/v1/events");
        request.Headers.Authorization = new("Bearer", Give(api, Roles.Viewer));
        using var response = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(Stop));
        Assert.StartsWith("data: ", await reader.ReadLineAsync(Stop), StringComparison.Ordinal);

        api.Control.Tokens = [];

        await reader.ReadToEndAsync(Stop);
    }

    [Theory]
    [InlineData("password")]
    [InlineData("token")]
    public async Task Members_and_routers_read_each_other_by_password_or_token(string proof)
    {
        await using var api = await StartAsync();
        var token = Give(api, Roles.Viewer);
        var options = new RestPeerOptions { Scope = "demo", Credentials = proof == "password" ? new("admin", "s3cret") : null, Token = proof == "token" ? token : null };
        using var peers = new RestPeers(options, TimeProvider.System);
        using var health = new RestHealth(options, TimeProvider.System);
        var url = new Uri(api.Address, "/patroni").ToString();

        Assert.Equal(DatabaseRole.Primary, (await health.AskAsync(url, Stop))?.Role);
        Assert.IsNotType<LastWord.Unknown>(await peers.AskLastWordAsync(url, Stop));
        Assert.Equal(PeerPresence.Present, await peers.LookForAsync(url, new("a"), Stop));
        Assert.Equal(PeerPresence.SomebodyElse, await peers.LookForAsync(url, new("b"), Stop));

        peers.Reload(new() { Scope = "demo" });
        health.Reload(new() { Scope = "demo" });

        Assert.Null(await health.AskAsync(url, Stop));
        Assert.IsType<LastWord.Unknown>(await peers.AskLastWordAsync(url, Stop));
        Assert.Equal(PeerPresence.Present, await peers.LookForAsync(url, new("b"), Stop));
    }

    [Fact]
    public async Task A_browser_may_ask_beforehand_whether_a_members_page_may_say_who_reads()
    {
        await using var api = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Options, "/holdfast/v1/events");
        request.Headers.Add("Origin", "http://127.0.0.1:8433");
        request.Headers.Add("Access-Control-Request-Method", "GET");

        using var answer = await api.Client.SendAsync(request, Stop);

        Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
        Assert.Contains("authorization", answer.Headers.GetValues("Access-Control-Allow-Headers").Single(), StringComparison.Ordinal);
        Assert.Equal("http://127.0.0.1:8433", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
    }

    private static Task<RunningApi> StartAsync() =>
        RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Credentials = new("admin", "s3cret"), ReadingNeedsRole = true });

    private static string Give(RunningApi api, Roles roles)
    {
        var text = AccessTokens.Compose([1, 2, 3, 4, 5, (byte)roles], new byte[AccessTokens.SecretLength]);
        var token = new AccessToken(AccessTokens.IdOf(text)!, "vera", roles, AccessTokens.HashOf(text), "admin", DateTimeOffset.UnixEpoch, null);
        api.Control.Tokens = [.. api.Control.Tokens.Where(other => other.Id != token.Id), token];
        return text;
    }

    /// <summary>A stream of events never ends, so its head is enough.</summary>
    private static async Task<int> StatusAsync(RunningApi api, string path, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = new("Bearer", token);
        using var response = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Stop);
        return (int)response.StatusCode;
    }
}
