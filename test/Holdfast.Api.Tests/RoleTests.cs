using System.Net;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Decisions.Access;
using Holdfast.Model.Access;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class RoleTests
{
    private const string Approve = "/holdfast/v1/approvals/open/approve";

    [Theory]
    [InlineData("viewer", 403, 403, 403, 403)]
    [InlineData("operator", 202, 403, 403, 200)]
    [InlineData("approver", 403, 200, 403, 403)]
    [InlineData("admin", 202, 200, 200, 200)]
    public async Task Each_role_may_do_its_own_and_the_administrator_everything(string role, int reload, int approve, int configure, int pause)
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, role);

        Assert.Equal(reload, (await AskAsync(api, token, "POST", "/reload")).Status);
        Assert.Equal(approve, (await AskAsync(api, token, "POST", Approve)).Status);
        Assert.Equal(configure, (await AskAsync(api, token, "PATCH", "/config", """{"ttl":20}""")).Status);
        Assert.Equal(pause, (await AskAsync(api, token, "PATCH", "/config", """{"pause":true}""")).Status);
        Assert.Equal(role == "admin" ? 200 : 403, (await AskAsync(api, token, "GET", "/holdfast/v1/tokens")).Status);
    }

    [Fact]
    public async Task Who_lacks_a_role_is_told_which_and_it_is_written_down()
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, "operator");

        var (status, words) = await AskAsync(api, token, "POST", Approve);

        Assert.Equal((403, "olga has operator; POST /holdfast/v1/approvals/open/approve needs approver or admin"), (status, words));
        Assert.DoesNotContain(api.Control.Requests, request => request.ToString()!.Contains("Vote", StringComparison.Ordinal));
        var fact = api.Control.Facts[^1];
        Assert.Equal(("approval", "olga", "403"), (fact.Kind, fact.Who, fact.Details["status"]));
    }

    [Fact]
    public async Task A_setting_that_comes_with_a_pause_needs_the_administrator()
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, "operator");

        Assert.Equal(403, (await AskAsync(api, token, "PATCH", "/config", """{"pause":true,"failover":{"strategy":"automatic"}}""")).Status);
    }

    [Fact]
    public async Task The_store_gets_the_hash_of_a_token_and_never_the_token()
    {
        await using var api = await StartAsync();

        var token = await TokenAsync(api, "operator");

        var kept = Assert.Single(api.Control.Tokens);
        Assert.Equal(AccessTokens.HashOf(token), kept.Hash);
        Assert.DoesNotContain(token[^43..], JsonSerializer.Serialize(kept), StringComparison.Ordinal);
        Assert.All(api.Control.Facts, fact => Assert.DoesNotContain(token, string.Join(' ', fact.Details.Values), StringComparison.Ordinal));
        Assert.DoesNotContain("hash", (await AskAdminAsync(api, "GET", "/holdfast/v1/tokens")).Body, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_revoked_token_is_worth_nothing_at_once()
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, "operator");

        var revoked = await AskAdminAsync(api, "DELETE", "/holdfast/v1/tokens/olga");

        Assert.Equal(200, revoked.Status);
        Assert.Equal(401, (await AskAsync(api, token, "POST", "/reload")).Status);
        Assert.Equal(409, (await AskAdminAsync(api, "DELETE", "/holdfast/v1/tokens/olga")).Status);
    }

    [Fact]
    public async Task A_token_ends_when_it_was_said_to_and_one_that_was_changed_is_nobodys()
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, "operator");
        api.Control.Tokens = [api.Control.Tokens[0] with { ExpiresAt = DateTimeOffset.UtcNow.AddSeconds(-1) }];
        var other = await TokenAsync(api, "operator");

        Assert.Equal(401, (await AskAsync(api, token, "POST", "/reload")).Status);
        Assert.Equal(401, (await AskAsync(api, other[..^1] + (other[^1] == 'A' ? 'B' : 'A'), "POST", "/reload")).Status);
        Assert.Equal(202, (await AskAsync(api, other, "POST", "/reload")).Status);
    }

    [Theory]
    [InlineData("""{"roles":["operator"]}""", "name")]
    [InlineData("""{"name":"olga","roles":["root"]}""", "viewer, operator, approver, admin")]
    [InlineData("""{"name":"olga","roles":[]}""", "viewer, operator, approver, admin")]
    [InlineData("""{"name":"olga","roles":"operator"}""", "name")]
    [InlineData("""{"name":"olga","roles":["operator"],"expires_in":"tomorrow"}""", "30d")]
    public async Task A_token_that_makes_no_sense_is_refused_with_what_would(string body, string expected)
    {
        await using var api = await StartAsync();

        var (status, words) = await AskAdminAsync(api, "POST", "/holdfast/v1/tokens", body);

        Assert.Equal(400, status);
        Assert.Contains(expected, words, StringComparison.Ordinal);
        Assert.Empty(api.Control.Tokens);
    }

    [Fact]
    public async Task Where_a_login_is_required_whoever_proves_nothing_changes_nothing()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { RequiresLogin = true });

        Assert.Equal(401, (await api.AskAsync("POST", "/reload")).Status);
        Assert.Equal(401, (await api.AskAsync("POST", "/reload", credentials: "admin:admin")).Status);
        Assert.Equal(401, (await AskAsync(api, "hft_000000000000_x", "POST", "/reload")).Status);
        Assert.Equal(401, (await AskAsync(api, "something.else.entirely", "POST", "/reload")).Status);
        Assert.Equal(200, await api.StatusAsync("/patroni"));
    }

    [Fact]
    public async Task A_certificate_has_the_roles_of_its_common_name_and_no_more()
    {
        using var files = new CertificateFiles();
        await using var api = await RunningApi.StartAsync(
            Views.Primary(RunningApi.Now),
            options => options with { Tls = files.Tls(ClientCertificates.Optional), CertificateRoles = [new("client", Roles.Operator)] });
        await using var unlisted = await RunningApi.StartAsync(
            Views.Primary(RunningApi.Now),
            options => options with { Tls = files.Tls(ClientCertificates.Optional), CertificateRoles = [new("somebody else", Roles.Admin)] });
        using var client = files.Client(api.Address, files.ClientCertificate);
        using var stranger = files.Client(unlisted.Address, files.ClientCertificate);

        Assert.Equal(HttpStatusCode.Accepted, (await PostAsync(client, "/reload")).Status);
        Assert.Equal((HttpStatusCode.Forbidden, "client has operator; POST /holdfast/v1/approvals/open/approve needs approver or admin"), await PostAsync(client, Approve));
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync(stranger, "/reload")).Status);
        Assert.Equal("client", api.Control.Facts[0].Who);
    }

    [Fact]
    public async Task A_login_says_who_one_is_and_a_failed_one_is_written_down_once()
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, "approver");
        var facts = api.Control.Facts.Count;

        var login = JsonSerializer.Deserialize((await AskAsync(api, token, "POST", "/holdfast/v1/login")).Body, ApiJson.Wire.LoginStatus)!;
        await api.AskAsync("POST", "/reload", credentials: "admin:guess1");
        await api.AskAsync("POST", "/reload", credentials: "admin:guess2");

        Assert.Equal(("olga", "approver"), (login.Name, Assert.Single(login.Roles)));
        Assert.Equal(["POST /holdfast/v1/login", "refused: POST /reload"], api.Control.Facts.Skip(facts).Select(fact => fact.What));
        Assert.All(api.Control.Facts.Skip(facts), fact => Assert.Equal("login", fact.Kind));
    }

    [Fact]
    public async Task Who_is_refused_again_and_again_is_written_down_once_and_apart_from_what_was_done()
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, "viewer");
        var facts = api.Control.Facts.Count;

        for (var count = 0; count < 50; count++)
        {
            await AskAsync(api, token, "POST", "/reload");
            await AskAsync(api, token, "POST", "/holdfast/v1/login");
        }

        Assert.Equal(["POST /reload", "POST /holdfast/v1/login"], api.Control.Facts.Skip(facts).Select(fact => fact.What));
        Assert.All(api.Control.Facts.Skip(facts), fact => Assert.True(fact.IsAttempt));
        await AskAdminAsync(api, "POST", "/reload");
        Assert.False(api.Control.Facts[^1].IsAttempt);
    }

    [Fact]
    public async Task A_leaders_question_to_a_member_needs_the_members_password_and_no_role()
    {
        await using var api = await StartAsync();
        var token = await TokenAsync(api, "admin");

        Assert.Equal(401, (await AskAsync(api, token, "POST", "/failsafe", """{"name":"b"}""")).Status);
        Assert.NotEqual(401, (await api.AskAsync("POST", "/failsafe", """{"name":"b"}""", "admin:s3cret")).Status);
    }

    private static Task<RunningApi> StartAsync() =>
        RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Credentials = new("admin", "s3cret") });

    private static async Task<string> TokenAsync(RunningApi api, string role)
    {
        var (status, body) = await AskAdminAsync(api, "POST", "/holdfast/v1/tokens", $$"""{"name":"olga","roles":["{{role}}"],"expires_in":"1h"}""");
        Assert.Equal(201, status);
        return JsonSerializer.Deserialize(body, ApiJson.Wire.TokenCreated)!.Token;
    }

    private static Task<(int Status, string Body)> AskAdminAsync(RunningApi api, string method, string path, string? body = null) =>
        api.AskAsync(method, path, body, "admin:s3cret");

    private static Task<(int Status, string Body)> AskAsync(RunningApi api, string token, string method, string path, string? body = null) =>
        api.AskWithTokenAsync(token, method, path, body);

    private static async Task<(HttpStatusCode Status, string Body)> PostAsync(HttpClient client, string path)
    {
        using var response = await client.PostAsync(new Uri(path, UriKind.Relative), null, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
