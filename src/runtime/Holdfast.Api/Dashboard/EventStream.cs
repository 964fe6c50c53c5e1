using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Holdfast.Api.Dashboard;

/// <summary>Server-sent events: what this member knows, at once and then whenever it changes, until the client or the agent ends.</summary>
internal sealed class EventStream(IMemberControl control, TimeProvider time, TimeSpan servingSince, CancellationToken stopping)
{
    public const string Path = "/holdfast/v1/events";

    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(250);

    // What time alone changes, such as a store that has not answered for too long, is seen this often.
    private static readonly TimeSpan JudgeEvery = TimeSpan.FromSeconds(1);

    private int open;

    public static bool IsAskedBy(HttpRequest request) => HttpMethods.IsGet(request.Method) && request.Path.Value?.TrimEnd('/') == Path;

    /// <summary>Null once the stream has ended; otherwise why there is none.</summary>
    /// <param name="context">Of the request.</param>
    /// <param name="options">As they are now.</param>
    /// <param name="mayLook">Whether the caller still may: asked every second, and the stream ends with it.</param>
    public async Task<Reply?> ServeAsync(HttpContext context, Func<RestApiOptions> options, Func<Task<bool>> mayLook)
    {
        if (Interlocked.Increment(ref open) > options().Limits.EventStreamsMax)
        {
            Interlocked.Decrement(ref open);
            return Reply.Words(StatusCodes.Status503ServiceUnavailable, "too many event streams are open") with { Headers = [new("Retry-After", "5")] };
        }

        try
        {
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await SendAsync(context, options, mayLook, ended.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested || context.RequestAborted.IsCancellationRequested)
        {
            // The end of a stream is its ordinary end.
        }
        finally
        {
            Interlocked.Decrement(ref open);
        }

        return null;
    }

    private async Task SendAsync(HttpContext context, Func<RestApiOptions> options, Func<Task<bool>> mayLook, CancellationToken cancellationToken)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream; charset=utf-8";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        foreach (var (name, value) in options().ExtraHeaders)
        {
            response.Headers[name] = value;
        }

        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var shown = Array.Empty<byte>();
        var seen = default(Seen);
        var sentAt = time.GetTimestamp();
        while (true)
        {
            var now = new Seen(control.View, control.Decisions.IsDefaultOrEmpty ? null : control.Decisions[^1], time.GetTimestamp());
            if (seen.At == 0 || !seen.IsSameAs(now) || time.GetElapsedTime(seen.At) >= JudgeEvery)
            {
                // A token may have been revoked meanwhile.
                if (!await mayLook())
                {
                    return;
                }

                seen = now;
                var overview = LiveOverviewBuilder.Build(MemberSnapshot.Take(control, time, servingSince), options(), control);
                var comparable = JsonSerializer.SerializeToUtf8Bytes(LiveOverviewBuilder.WithoutClock(overview), ApiJson.Wire.LiveOverview);
                if (!comparable.AsSpan().SequenceEqual(shown))
                {
                    shown = comparable;
                    sentAt = now.At;
                    await WriteAsync(response, "data: "u8.ToArray(), JsonSerializer.SerializeToUtf8Bytes(overview, ApiJson.Wire.LiveOverview), cancellationToken);
                }
            }

            if (time.GetElapsedTime(sentAt) >= options().Limits.EventKeepAlive)
            {
                sentAt = time.GetTimestamp();
                await WriteAsync(response, ": "u8.ToArray(), [], cancellationToken);
            }

            await Task.Delay(LookEvery, time, cancellationToken);
        }
    }

    private static async Task WriteAsync(HttpResponse response, byte[] field, byte[] value, CancellationToken cancellationToken)
    {
        await response.Body.WriteAsync((byte[])[.. field, .. value, (byte)'\n', (byte)'\n'], cancellationToken);
        await response.Body.FlushAsync(cancellationToken);
    }

    /// <summary>What the last look found: the agent replaces these objects, and never changes them.</summary>
    private readonly record struct Seen(object? View, object? Decision, long At)
    {
        public bool IsSameAs(Seen other) => ReferenceEquals(View, other.View) && ReferenceEquals(Decision, other.Decision);
    }
}
