using Holdfast.Model.Access;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class OidcTests
{
    [Fact]
    public async Task A_person_of_the_identity_provider_has_the_roles_of_her_groups()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var api = await StartAsync(provider);

        Assert.Equal(202, (await api.AskWithTokenAsync(provider.Token(), "POST", "/reload")).Status);
        Assert.Equal("olga", api.Control.Facts[^1].Who);
        Assert.Equal(
            (403, "olga has operator; PATCH /config needs admin"),
            await api.AskWithTokenAsync(provider.Token(), "PATCH", "/config", """{"ttl":20}"""));
        Assert.Equal(200, (await api.AskWithTokenAsync(provider.Token(("groups", "database-admins")), "PATCH", "/config", """{"ttl":20}""")).Status);
        Assert.Equal(403, (await api.AskWithTokenAsync(provider.Token(("groups", "everybody")), "POST", "/reload")).Status);
    }

    [Fact]
    public async Task A_token_that_does_not_hold_is_refused_with_the_reason()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var api = await StartAsync(provider);
        var hourAgo = DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeSeconds();

        Assert.Equal((401, "the bearer token has expired"), await AskAsync(provider.Token(("exp", hourAgo))));
        Assert.Equal((401, "the bearer token is for another audience than holdfast"), await AskAsync(provider.Token(("aud", "shop"))));
        Assert.Equal(401, (await AskAsync(provider.Token(("iss", "http://127.0.0.1:1")))).Status);
        Assert.Equal((401, "the bearer token's signature does not verify"), await AskAsync(provider.ForeignToken()));
        Assert.Equal(401, (await AskAsync(provider.UnsignedToken())).Status);
        Assert.Equal(401, (await AskAsync(provider.ConfusedToken())).Status);
        Assert.Equal(401, (await AskAsync("nonsense")).Status);
        Assert.Empty(api.Control.Requests);

        Task<(int Status, string Body)> AskAsync(string token) => api.AskWithTokenAsync(token, "POST", "/reload");
    }

    [Fact]
    public async Task Without_its_provider_a_token_is_refused_and_the_password_goes_on_working()
    {
        await using var provider = await IdentityProvider.StartAsync();
        var token = provider.Token();
        await using var api = await StartAsync(provider);
        await provider.DisposeAsync();

        var (status, words) = await api.AskWithTokenAsync(token, "POST", "/reload");

        Assert.Equal(401, status);
        Assert.Contains("does not answer", words, StringComparison.Ordinal);
        Assert.Equal(202, (await api.AskAsync("POST", "/reload", credentials: "admin:s3cret")).Status);
    }

    [Fact]
    public async Task Another_provider_is_taken_up_by_a_reload()
    {
        await using var before = await IdentityProvider.StartAsync();
        await using var after = await IdentityProvider.StartAsync();
        await using var api = await StartAsync(before);
        Assert.Equal(202, (await api.AskWithTokenAsync(before.Token(), "POST", "/reload")).Status);

        api.Api.Reload(api.Options with { Oidc = api.Options.Oidc! with { Issuer = after.Issuer } });

        Assert.Equal(401, (await api.AskWithTokenAsync(before.Token(), "POST", "/reload")).Status);
        Assert.Equal(202, (await api.AskWithTokenAsync(after.Token(), "POST", "/reload")).Status);
        api.Api.Reload(api.Options with { Oidc = api.Options.Oidc with { Issuer = after.Issuer, Roles = [] } });
        Assert.Equal(403, (await api.AskWithTokenAsync(after.Token(), "POST", "/reload")).Status);
        api.Api.Reload(api.Options with { Oidc = null });
        Assert.Equal(401, (await api.AskWithTokenAsync(after.Token(), "POST", "/reload")).Status);
    }

    [Fact]
    public async Task A_file_of_authorities_that_is_not_there_is_not_taken_up()
    {
        await using var provider = await IdentityProvider.StartAsync();
        await using var api = await StartAsync(provider);

        Assert.ThrowsAny<Exception>(() => api.Api.Reload(api.Options with { Oidc = api.Options.Oidc! with { CaFile = "/nowhere/ca.pem" } }));

        Assert.Equal(202, (await api.AskWithTokenAsync(provider.Token(), "POST", "/reload")).Status);
    }

    private static Task<RunningApi> StartAsync(IdentityProvider provider) => RunningApi.StartAsync(
        Views.Primary(RunningApi.Now),
        options => options with
        {
            Credentials = new("admin", "s3cret"),
            Oidc = new()
            {
                Issuer = provider.Issuer,
                Audience = "holdfast",
                RolesClaim = "groups",
                Roles = [new("on-call", Roles.Operator), new("database-admins", Roles.Admin)],
            },
        });
}
