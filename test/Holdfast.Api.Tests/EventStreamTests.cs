using System.Net;
using System.Text.Json.Nodes;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class EventStreamTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_present_is_sent_at_once_and_every_change_after_it()
    {
        var view = Views.Primary(RunningApi.Now);
        await using var api = await RunningApi.StartAsync(view);
        using var events = await Events.OpenAsync(api);

        var first = await events.NextAsync();
        api.Control.View = view with { Policy = new() { IsPaused = true } };
        var second = await events.NextAsync();

        Assert.Equal("well", (string?)first["verdict"]!["level"]);
        Assert.Equal("a leads. b and c follow.", (string?)first["verdict"]!["sentence"]);
        Assert.Equal(["a", "b", "c"], first["cluster"]!["members"]!.AsArray().Select(member => (string?)member!["name"]));
        Assert.Equal("attention", (string?)second["verdict"]!["level"]);
        Assert.True((bool?)second["cluster"]!["pause"]);
    }

    [Fact]
    public async Task What_is_the_same_is_not_sent_again_and_the_stream_says_that_it_lives()
    {
        await using var api = await RunningApi.StartAsync(
            Views.Primary(RunningApi.Now), options => options with { Limits = new() { EventKeepAlive = TimeSpan.FromMilliseconds(300) } });
        using var events = await Events.OpenAsync(api);
        await events.NextAsync();

        api.Control.View = Views.Primary(RunningApi.Now);

        Assert.Equal(": ", await events.LineAsync());
        Assert.Equal(": ", await events.LineAsync());
    }

    [Fact]
    public async Task Streams_beyond_the_limit_are_refused_and_room_is_used_again()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Limits = new() { EventStreamsMax = 1 } });
        using (var events = await Events.OpenAsync(api))
        {
            await events.NextAsync();
            Assert.Equal(503, await api.StatusAsync("/holdfast/v1/events"));
        }

        while (true)
        {
            using var response = await api.Client.GetAsync(new Uri("/holdfast/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Stop);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                break;
            }
        }
    }

    [Fact]
    public async Task A_stream_ends_when_the_agent_does()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        using var events = await Events.OpenAsync(api);
        await events.NextAsync();

        await api.Api.StopAsync(Stop);

        Assert.Null(await events.LineAsync());
    }

    [Fact]
    public async Task An_agent_that_has_not_looked_around_yet_says_so()
    {
        await using var api = await RunningApi.StartAsync(null);
        using var events = await Events.OpenAsync(api);

        Assert.Equal("attention", (string?)(await events.NextAsync())["verdict"]!["level"]);
    }

    private sealed class Events(HttpResponseMessage response, StreamReader reader) : IDisposable
    {
        public static async Task<Events> OpenAsync(RunningApi api)
        {
            var response = await api.Client.GetAsync(new Uri("/holdfast/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, Stop);
            Assert.Equal("text/event-stream; charset=utf-8", response.Content.Headers.ContentType?.ToString());
            return new(response, new(await response.Content.ReadAsStreamAsync(Stop)));
        }

        /// <summary>The next line that is not empty; null at the end.</summary>
        public async Task<string?> LineAsync()
        {
            string? line;
            do
            {
                line = await reader.ReadLineAsync(Stop);
            }
            while (line is { Length: 0 });
            return line;
        }

        public async Task<JsonNode> NextAsync()
        {
            var line = await LineAsync();
            while (line?.StartsWith("data: ", StringComparison.Ordinal) == false)
            {
                line = await LineAsync();
            }

            return JsonNode.Parse(line!["data: ".Length..])!;
        }

        public void Dispose()
        {
            reader.Dispose();
            response.Dispose();
        }
    }
}
