using System.Net.Sockets;
using System.Text;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class HostilityTests
{
    [Theory]
    [InlineData("\u0001\u0002garbage\r\n\r\n")]
    [InlineData("GET\r\n\r\n")]
    [InlineData("GET / HTTP/9.9\r\n\r\n")]
    [InlineData("POST /config HTTP/1.1\r\nHost: x\r\nContent-Length: minus one\r\n\r\n")]
    [InlineData("GET /%00%ff HTTP/1.1\r\nHost: x\r\n\r\n")]
    public async Task Garbage_is_refused_and_the_next_client_is_served(string garbage)
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        var answer = await SendRawAsync(api, garbage);

        Assert.True(answer.Length == 0 || answer.StartsWith("HTTP/1.1 4", StringComparison.Ordinal) || answer.StartsWith("HTTP/1.1 5", StringComparison.Ordinal), answer);
        Assert.Equal(200, await api.StatusAsync("/health"));
    }

    [Fact]
    public async Task HAProxys_old_style_check_is_answered_with_a_status()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.StartsWith("HTTP/1.1 200 OK\r\n", await SendRawAsync(api, "OPTIONS /primary HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 503 ", await SendRawAsync(api, "OPTIONS /replica HTTP/1.0\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_without_a_length_is_asked_for_one()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.StartsWith("HTTP/1.1 411 ", await SendRawAsync(api, "PATCH /config HTTP/1.1\r\nHost: x\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_body_beyond_the_limit_is_refused()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Limits = new() { RequestBodyBytesMax = 1000 } });

        Assert.Equal(413, (await api.AskAsync("PATCH", "/config", $$"""{"x":"{{new string('x', 2000)}}"}""")).Status);
        Assert.Equal(200, await api.StatusAsync("/health"));
    }

    [Fact]
    public async Task A_head_longer_than_any_honest_one_is_refused()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.StartsWith("HTTP/1.1 414 ", await SendRawAsync(api, $"GET /{new string('x', 20_000)} HTTP/1.1\r\n\r\n"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await SendRawAsync(api, $"GET / HTTP/1.1\r\nHost: x\r\nX: {new string('x', 40_000)}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_never_finishes_its_head_or_body_is_dropped()
    {
        await using var api = await RunningApi.StartAsync(
            Views.Primary(RunningApi.Now),
            options => options with { Limits = new() { RequestHeadTimeout = TimeSpan.FromSeconds(1), RequestBodyGracePeriod = TimeSpan.FromSeconds(2) } });

        var head = SendRawAsync(api, "GET / HTTP/1.1\r\nHost:");
        var body = SendRawAsync(api, "PATCH /config HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");

        Assert.StartsWith("HTTP/1.1 408 ", await head, StringComparison.Ordinal);
        Assert.DoesNotContain(" 200 ", await body, StringComparison.Ordinal);
        Assert.Equal(200, await api.StatusAsync("/health"));
    }

    [Fact]
    public async Task Connections_beyond_the_limit_are_closed_and_room_is_used_again()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Limits = new() { ConnectionsMax = 2 } });
        var idle = new List<TcpClient>();
        for (var count = 0; count < 2; count++)
        {
            var client = new TcpClient();
            await client.ConnectAsync(api.Address.Host, api.Address.Port, TestContext.Current.CancellationToken);
            idle.Add(client);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("GET /health HTTP/1.1\r\nHost: x\r\n\r\n"), TestContext.Current.CancellationToken);
            Assert.True(await client.GetStream().ReadAsync(new byte[16], TestContext.Current.CancellationToken) > 0);
        }

        Assert.Equal("", await SendRawAsync(api, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"));
        idle.ForEach(client => client.Dispose());
        var answer = "";
        while (answer.Length == 0)
        {
            answer = await SendRawAsync(api, "GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        }

        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_agent_is_an_error_of_one_request_only()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.OnSwitchover = _ => throw new InvalidOperationException("broken");

        Assert.Equal(500, (await api.AskAsync("POST", "/switchover", """{"leader":"a"}""")).Status);
        Assert.Equal(200, await api.StatusAsync("/health"));
    }

    // An empty answer means that the connection was closed without one.
    private static async Task<string> SendRawAsync(RunningApi api, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(api.Address.Host, api.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        try
        {
            await stream.WriteAsync(Encoding.Latin1.GetBytes(text), TestContext.Current.CancellationToken);
            using var reader = new StreamReader(stream, Encoding.Latin1);
            var buffer = new char[4096];
            var length = await reader.ReadAsync(buffer, TestContext.Current.CancellationToken);
            return new string(buffer, 0, length);
        }
        catch (IOException)
        {
            return "";
        }
    }
}
