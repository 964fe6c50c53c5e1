using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Somebody's incoming webhook: takes every message and keeps it.</summary>
internal sealed class Hook : IAsyncDisposable
{
    private readonly HttpListener listener = new();
    private readonly ConcurrentQueue<string> messages = new();
    private readonly Task taking;

    public Hook()
    {
        Url = $"http://127.0.0.1:{FreePort()}/hook/";
        listener.Prefixes.Add(Url);
        listener.Start();
        taking = TakeAsync();
    }

    public string Url { get; }

    public IReadOnlyCollection<string> Messages => messages;

    /// <summary>Where its buttons lead, in the order of the messages.</summary>
    public IEnumerable<Uri> Links =>
        from message in messages
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
                using var reader = new StreamReader(context.Request.InputStream);
                messages.Enqueue(await reader.ReadToEndAsync());
                context.Response.Close();
            }
        }
        catch (Exception exception) when (exception is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
