using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Holdfast.Stores.Kubernetes;

/// <summary>A closed family of what a watch brings.</summary>
internal abstract record WatchNews
{
    private WatchNews()
    {
    }

    /// <summary>An object is there in a new version, or (<see cref="IsGone"/>) no longer.</summary>
    public sealed record Changed(WireObject Object, bool IsGone) : WatchNews;

    /// <summary>Nothing happened up to this version.</summary>
    public sealed record Bookmark(long Version) : WatchNews;

    /// <summary>Nothing came for as long as was waited.</summary>
    public sealed record Quiet : WatchNews;

    /// <summary>It is over; empty words mean in good order, so that the next one misses nothing.</summary>
    public sealed record Over(string Why) : WatchNews;
}

/// <summary>One watch of the API server: JSON lines on a connection of its own.</summary>
internal sealed class KubernetesWatch : IAsyncDisposable
{
    private static readonly WatchNews.Quiet Nothing = new();
    private readonly HttpResponseMessage response;
    private readonly TimeProvider time;
    private readonly CancellationTokenSource closing = new();
    private StreamReader? lines;
    private Task<WatchNews>? pending;

    private KubernetesWatch(HttpResponseMessage response, TimeProvider time)
    {
        this.response = response;
        this.time = time;
    }

    /// <summary>Watches what a list shows, from a version on; null with the reason when that cannot be.</summary>
    public static async Task<(KubernetesWatch? Watch, string Trouble)> OpenAsync(
        KubernetesCalls calls, string resource, string listPath, long after, TimeSpan life, TimeProvider time, CancellationToken cancellationToken)
    {
        var path = string.Create(
            CultureInfo.InvariantCulture, $"{listPath}&watch=1&allowWatchBookmarks=true&resourceVersion={after}&timeoutSeconds={(long)Math.Ceiling(life.TotalSeconds)}");
        var (response, trouble) = await calls.OpenAsync(new KubernetesCall(HttpMethod.Get, "watch", resource, path), cancellationToken);
        return (response is null ? null : new KubernetesWatch(response, time), trouble);
    }

    /// <summary>Waits for what comes next, but no longer than this.</summary>
    public async Task<WatchNews> NextAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        pending ??= ReadAsync();
        try
        {
            var news = await pending.WaitAsync(patience > TimeSpan.Zero ? patience : TimeSpan.Zero, time, cancellationToken);
            pending = null;
            return news;
        }
        catch (TimeoutException)
        {
            return Nothing;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await closing.CancelAsync();
        response.Dispose();
        if (pending is { } left)
        {
            await left;
        }

        lines?.Dispose();
        closing.Dispose();
    }

    private async Task<WatchNews> ReadAsync()
    {
        if (response.StatusCode == HttpStatusCode.Gone)
        {
            return new WatchNews.Over("the changes since then are no longer kept");
        }

        try
        {
            lines ??= new StreamReader(await response.Content.ReadAsStreamAsync(closing.Token));
            return await lines.ReadLineAsync(closing.Token) is { } line ? Parse(line) : new WatchNews.Over("");
        }
        catch (Exception broken) when (KubernetesCalls.IsOfTheNetwork(broken) || broken is JsonException or NoAnswerException or ObjectDisposedException)
        {
            return new WatchNews.Over(broken.Message);
        }
    }

    private static WatchNews Parse(string line)
    {
        var change = JsonSerializer.Deserialize(line, KubernetesWire.Default.WireEvent) ?? throw new JsonException("null");
        if (change.Type == "ERROR")
        {
            return new WatchNews.Over(change.Object.Deserialize(KubernetesWire.Default.WireStatus)?.Message ?? "an error without words");
        }

        var thing = change.Object.Deserialize(KubernetesWire.Default.WireObject) ?? throw new JsonException("no object");
        return change.Type == "BOOKMARK"
            ? new WatchNews.Bookmark(StateDocuments.VersionOf(thing.Metadata))
            : new WatchNews.Changed(thing, change.Type == "DELETED");
    }
}
