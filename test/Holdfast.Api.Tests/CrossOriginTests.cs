using Xunit;

namespace Holdfast.Api.Tests;

public sealed class CrossOriginTests
{
    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Sec-Fetch-Site", "same-site")]
    [InlineData("Origin", "https://evil.example")]
    [InlineData("Origin", "http://127.0.0.1:1")]
    [InlineData("Origin", "null")]
    public async Task A_page_of_another_site_changes_nothing_whatever_else_it_presents(string header, string value)
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        foreach (var (method, path) in Unsafe)
        {
            Assert.Equal(403, await StatusAsync(api, method, path, header, value));
        }

        Assert.Empty(api.Control.Requests);
    }

    [Fact]
    public async Task The_page_of_this_agent_and_programs_that_are_no_browsers_may()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.Equal(202, await StatusAsync(api, "POST", "/reload", "Sec-Fetch-Site", "same-origin"));
        Assert.Equal(202, await StatusAsync(api, "POST", "/reload", "Origin", api.Address.GetLeftPart(UriPartial.Authority)));
        Assert.Equal(202, (await api.AskAsync("POST", "/reload")).Status);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8433", true)]
    [InlineData("http://127.0.0.1:9999", false)]
    [InlineData("null", false)]
    public async Task Only_a_page_that_a_member_has_served_may_read(string origin, bool mayRead)
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/cluster");
        request.Headers.Add("Origin", origin);

        using var response = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(mayRead, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var allowed) && allowed.Single() == origin);
        Assert.Contains("Origin", response.Headers.Vary);
    }

    private static readonly (string Method, string Path)[] Unsafe =
    [
        ("PATCH", "/config"), ("PUT", "/config"), ("POST", "/switchover"), ("POST", "/failover"), ("DELETE", "/switchover"), ("POST", "/restart"), ("DELETE", "/restart"),
        ("POST", "/reload"), ("POST", "/reinitialize"), ("POST", "/failsafe"), ("POST", "/holdfast/v1/approvals/open/approve"), ("POST", "/holdfast/v1/approvals/open/reject"),
    ];

    private static async Task<int> StatusAsync(RunningApi api, string method, string path, string header, string value)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add(header, value);
        request.Content = new StringContent("""{"pause":true}""");
        using var response = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
