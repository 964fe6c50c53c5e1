using System.Net;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class AccessTests
{
    [Fact]
    public async Task Unsafe_requests_need_the_credentials_and_reading_does_not()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Credentials = new("admin", "s3cret") });

        Assert.Equal((401, "no auth header received"), await api.AskAsync("POST", "/reload"));
        Assert.Equal((401, "not authenticated"), await api.AskAsync("POST", "/reload", credentials: "admin:wrong"));
        Assert.Equal((401, "not authenticated"), await api.AskAsync("DELETE", "/switchover", credentials: "admin:s3cret2"));
        Assert.Equal(202, (await api.AskAsync("POST", "/reload", credentials: "admin:s3cret")).Status);
        Assert.Equal(200, await api.StatusAsync("/patroni"));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/reload");
        using var response = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal("Basic realm=\"Patroni\"", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Addresses_outside_the_allow_list_may_only_read()
    {
        await using var refused = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { AllowList = ["10.0.0.0/8"] });
        await using var allowed = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { AllowList = ["10.0.0.0/8", "127.0.0.0/8"] });
        await using var member = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { AllowListIncludesMembers = true });

        Assert.Equal((403, "Access is denied"), await refused.AskAsync("POST", "/reload"));
        Assert.Equal(200, await refused.StatusAsync("/patroni"));
        Assert.Equal(202, (await allowed.AskAsync("POST", "/reload")).Status);
        Assert.Equal(202, (await member.AskAsync("POST", "/reload")).Status);
    }

    [Fact]
    public async Task A_reload_takes_up_new_credentials_tags_and_headers()
    {
        await using var api = await RunningApi.StartAsync(Views.Replica(RunningApi.Now), options => options with { Credentials = new("admin", "old") });

        api.Api.Reload(api.Options with { Credentials = new("admin", "new"), TagsJson = """{"zone":"z9"}""", ExtraHeaders = [new("X-Frame-Options", "DENY")] });

        Assert.Equal(401, (await api.AskAsync("POST", "/reload", credentials: "admin:old")).Status);
        Assert.Equal(202, (await api.AskAsync("POST", "/reload", credentials: "admin:new")).Status);
        Assert.Equal(200, await api.StatusAsync("/replica?tag_zone=z9"));
        using var response = await api.Client.GetAsync(new Uri("/patroni", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal("DENY", response.Headers.GetValues("X-Frame-Options").Single());
    }

    [Fact]
    public async Task With_verify_client_optional_an_unsafe_request_needs_a_certificate_of_the_authority()
    {
        using var files = new CertificateFiles();
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Tls = files.Tls(ClientCertificates.Optional) });
        using var without = files.Client(api.Address, null);
        using var with = files.Client(api.Address, files.ClientCertificate);
        using var foreign = files.Client(api.Address, files.ForeignCertificate);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(without, HttpMethod.Get, "/patroni"));
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(without, HttpMethod.Post, "/reload"));
        Assert.Equal(HttpStatusCode.Accepted, await StatusAsync(with, HttpMethod.Post, "/reload"));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => StatusAsync(foreign, HttpMethod.Get, "/patroni"));
    }

    [Fact]
    public async Task With_verify_client_required_nothing_is_answered_without_a_certificate()
    {
        using var files = new CertificateFiles();
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Tls = files.Tls(ClientCertificates.Required) });
        using var without = files.Client(api.Address, null);
        using var with = files.Client(api.Address, files.ClientCertificate);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => StatusAsync(without, HttpMethod.Get, "/patroni"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(with, HttpMethod.Get, "/patroni"));
    }

    [Fact]
    public async Task A_reload_shows_the_renewed_certificate_to_new_connections()
    {
        using var files = new CertificateFiles();
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Tls = files.Tls(ClientCertificates.None) });
        var before = await files.ShownAsync(api.Address);

        files.RenewServer();
        api.Api.Reload(api.Options);

        Assert.NotEqual(before, await files.ShownAsync(api.Address));
    }

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, path);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
