using System.Net;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class DashboardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_page_is_served_with_headers_that_let_it_run_nothing_but_its_own_files()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        using var page = await api.Client.GetAsync(new Uri("/dashboard/", UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.OK, page.StatusCode);
        Assert.Equal("text/html; charset=utf-8", page.Content.Headers.ContentType?.ToString());
        var policy = page.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'; script-src 'self'; style-src 'self';", policy, StringComparison.Ordinal);
        Assert.Contains("connect-src 'self' http://127.0.0.1:8432 http://127.0.0.1:8433 http://127.0.0.1:8434;", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.Equal("DENY", page.Headers.GetValues("X-Frame-Options").Single());
        Assert.Equal("nosniff", page.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.DoesNotContain("<script>", await page.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("dashboard.js", "text/javascript; charset=utf-8")]
    [InlineData("dashboard.css", "text/css; charset=utf-8")]
    [InlineData("icon.svg", "image/svg+xml")]
    [InlineData("rules/KeepLeading.md", "text/plain; charset=utf-8")]
    [InlineData("docs/probe.md", "text/plain; charset=utf-8")]
    public async Task Every_file_has_its_type(string name, string type)
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        using var file = await api.Client.GetAsync(new Uri("/dashboard/" + name, UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.OK, file.StatusCode);
        Assert.Equal(type, file.Content.Headers.ContentType?.ToString());
    }

    [Fact]
    public async Task A_file_that_the_browser_has_already_is_not_sent_again()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        using var first = await api.Client.GetAsync(new Uri("/dashboard/dashboard.js", UriKind.Relative), Stop);
        using var again = new HttpRequestMessage(HttpMethod.Get, "/dashboard/dashboard.js");
        again.Headers.IfNoneMatch.Add(first.Headers.ETag!);

        using var second = await api.Client.SendAsync(again, Stop);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync(Stop));
    }

    [Fact]
    public async Task Without_its_slash_it_redirects_and_what_it_does_not_have_is_not_found()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        using var handler = new HttpClientHandler { AllowAutoRedirect = false, CheckCertificateRevocationList = true };
        using var client = new HttpClient(handler) { BaseAddress = api.Address };

        using var redirect = await client.GetAsync(new Uri("/dashboard", UriKind.Relative), Stop);

        Assert.Equal(HttpStatusCode.Found, redirect.StatusCode);
        Assert.Equal("dashboard/", redirect.Headers.Location?.OriginalString);
        Assert.Equal(404, await api.StatusAsync("/dashboard/other.js"));
        Assert.Equal(404, await api.StatusAsync("/dashboard/rules/"));
    }
}
