using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using Holdfast.Demo.Cluster;

namespace Holdfast.Browsing;

/// <summary>Somebody's incoming webhook: takes every message and keeps it.</summary>
public sealed class Hook : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<Arrival> arrivals = new();
    private readonly TimeProvider time;
    private readonly Task taking;

    public Hook()
        : this(TimeProvider.System)
    {
    }

    public Hook(TimeProvider time)
    {
        this.time = time;
        Url = $"http://127.0.0.1:{FreePorts.Take(1)[0]}/hook/";
        listener.Prefixes.Add(Url);
        listener.Start();
        taking = TakeAsync();
    }

    public string Url { get; }

    public IReadOnlyCollection<Arrival> Arrivals => arrivals;

    public IReadOnlyCollection<string> Messages => [.. arrivals.Select(arrival => arrival.Text)];

    /// <summary>Where the buttons of Slack's messages lead, in the order of the messages.</summary>
    public IEnumerable<Uri> Links =>
        from message in Messages
        from element in JsonNode.Parse(message)!["attachments"]?.AsArray().SelectMany(attachment => attachment!["blocks"]!.AsArray()).SelectMany(Elements) ?? []
        where element!["url"] is not null
        select new Uri(element["url"]!.GetValue<string>());

    public async ValueTask DisposeAsync()
    {
        listener.Stop();
        await taking;
        listener.Close();
    }

    private static IEnumerable<JsonNode?> Elements(JsonNode? block) => block!["elements"]?.AsArray() ?? [];

    private async Task TakeAsync()
    {
        try
        {
            while (true)
            {
                var context = await listener.GetContextAsync();
                var at = time.GetTimestamp();
                using var reader = new StreamReader(context.Request.InputStream);
                arrivals.Enqueue(new(at, await reader.ReadToEndAsync()));
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // Nobody listens any more.
        }
    }
}

/// <param name="At">By the clock's timestamp.</param>
/// <param name="Text">The body.</param>
public sealed record Arrival(long At, string Text);
