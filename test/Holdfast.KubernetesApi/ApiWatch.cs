using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.KubernetesApi;

/// <summary>One watch: a stream of JSON lines until its time is over or its reader goes.</summary>
internal sealed class ApiWatch(ApiStorage storage, ApiFaults faults, ApiTarget target, HttpContext context, TimeProvider time)
{
    private readonly string? labels = context.Request.Query["labelSelector"].FirstOrDefault();
    private readonly string? fields = context.Request.Query["fieldSelector"].FirstOrDefault();
    private readonly bool takesBookmarks = context.Request.Query["allowWatchBookmarks"].FirstOrDefault() is "true" or "1";
    private bool isSilent;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var from = context.Request.Query["resourceVersion"].FirstOrDefault();
        var after = from is null or "" or "0" ? storage.Revision : Number(from);
        if (after > storage.Revision)
        {
            throw new ApiException(504, "Timeout", string.Create(CultureInfo.InvariantCulture, $"Too large resource version: {after}, current: {storage.Revision}"));
        }

        if (storage.Since(after) is null && faults.RefusesOldWatches)
        {
            throw ApiException.Gone(after, storage.Revision);
        }

        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(cancellationToken);
        await context.Response.Body.FlushAsync(cancellationToken);
        if (from is null or "" or "0")
        {
            foreach (var thing in storage.List(target, labels, fields).Items)
            {
                await SendAsync("ADDED", thing, cancellationToken);
            }
        }

        var seconds = context.Request.Query["timeoutSeconds"].FirstOrDefault() is { } stated ? Number(stated) : 1800;
        using var over = new CancellationTokenSource(TimeSpan.FromSeconds(seconds), time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            await FollowAsync(after, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Its time is over: the stream ends in good order.
        }
    }

    private async Task FollowAsync(long after, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (storage.Since(after) is not { } news)
            {
                await SendAsync("ERROR", ApiException.Gone(after, storage.Revision).ToStatus(), cancellationToken);
                return;
            }

            foreach (var change in news.Changes.Where(change => change.Resource == target.Resource && change.Namespace == target.Namespace))
            {
                if (TypeFor(change) is { } type)
                {
                    await SendAsync(type, change.Now, cancellationToken);
                }
            }

            after = news.Revision;
            await news.More.WaitAsync(faults.BookmarkEvery, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (takesBookmarks && !news.More.IsCompleted)
            {
                await SendAsync("BOOKMARK", Bookmark(after), cancellationToken);
            }
        }
    }

    /// <summary>An object that stops bearing the wanted labels is gone for this watch, and one that begins to is new.</summary>
    private string? TypeFor(ApiChange change)
    {
        var was = change.Before?.Matches(labels, fields) ?? false;
        var matches = change.Type != "DELETED" && change.Now.Matches(labels, fields);
        return (was, matches) switch
        {
            (false, true) => "ADDED",
            (true, true) => "MODIFIED",
            (true, false) => "DELETED",
            _ => null,
        };
    }

    private async Task SendAsync(string type, JsonObject thing, CancellationToken cancellationToken)
    {
        isSilent |= faults.SilencesWatches;
        if (!isSilent)
        {
            var line = new JsonObject { ["type"] = type, ["object"] = thing.DeepClone() };
            await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(line.ToJsonString() + "\n"), cancellationToken);
            await context.Response.Body.FlushAsync(cancellationToken);
        }
    }

    private JsonObject Bookmark(long revision) => new()
    {
        ["kind"] = target.Resource.Kind,
        ["apiVersion"] = target.Resource.ApiVersion,
        ["metadata"] = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture), ["creationTimestamp"] = null },
    };

    private static long Number(string text) =>
        long.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : throw ApiException.Bad($"invalid number \"{text}\"");
}
