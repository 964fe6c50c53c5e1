using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Notifications.Tests;

/// <summary>A real HTTP server that keeps what is posted to it and answers as it is told.</summary>
internal sealed class HttpReceiver : IAsyncDisposable
{
    private readonly Channel<ReceivedRequest> received = Channel.CreateUnbounded<ReceivedRequest>();
    private readonly ConcurrentQueue<Func<HttpContext, Task>> answers = new();
    private readonly WebApplication server;

    private HttpReceiver(WebApplication server) => this.server = server;

    public Uri Url(string path) => new(new Uri(server.Urls.First()), path);

    public static Task<HttpReceiver> StartAsync() => StartAsync(certificate: null);

    /// <summary>With a certificate it speaks TLS alone.</summary>
    public static async Task<HttpReceiver> StartAsync(X509Certificate2? certificate)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, endpoint =>
        {
            if (certificate is not null)
            {
                endpoint.UseHttps(certificate);
            }
        }));
        var receiver = new HttpReceiver(builder.Build());
        receiver.server.Run(receiver.TakeAsync);
        await receiver.server.StartAsync();
        return receiver;
    }

    /// <summary>What the next request is answered with; 200 where nothing is said.</summary>
    public void AnswerNext(int status, string body = "", string? retryAfter = null, string? location = null) => AnswerNext(async context =>
    {
        context.Response.StatusCode = status;
        context.Response.Headers.RetryAfter = retryAfter;
        context.Response.Headers.Location = location;
        await context.Response.WriteAsync(body);
    });

    public void AnswerNext(Func<HttpContext, Task> answer) => answers.Enqueue(answer);

    public async Task<ReceivedRequest> NextAsync(CancellationToken cancellationToken) => await received.Reader.ReadAsync(cancellationToken);

    public bool HasMore => received.Reader.TryPeek(out _);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        var headers = context.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        received.Writer.TryWrite(new ReceivedRequest(context.Request.Method, context.Request.Path + context.Request.QueryString, headers, body));
        if (answers.TryDequeue(out var answer))
        {
            await answer(context);
        }
    }
}

internal sealed record ReceivedRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body);
