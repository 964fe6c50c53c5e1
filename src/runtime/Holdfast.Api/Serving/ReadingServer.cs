using System.Collections.Frozen;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Serving;

/// <summary>What a page says now.</summary>
public sealed record ReadingPage(string ContentType, ReadOnlyMemory<byte> Body);

/// <summary>A small HTTP server of pages that only show: for processes that have no REST interface of a member.</summary>
public sealed class ReadingServer : IAsyncDisposable
{
    private const int ConnectionsMax = 100;
    private readonly WebApplication application;

    /// <param name="addresses">Where to listen.</param>
    /// <param name="pages">By path, each made anew for every request.</param>
    /// <param name="loggers">For what the web server warns of.</param>
    public ReadingServer(IEnumerable<IPEndPoint> addresses, IReadOnlyDictionary<string, Func<ReadingPage>> pages, ILoggerFactory loggers)
    {
        var byPath = pages.ToFrozenDictionary(StringComparer.Ordinal);
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<ILoggerFactory>(_ => new WarningsOnly(loggers));
        builder.Services.AddSingleton<IHostLifetime>(new NoSignals());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxConcurrentConnections = ConnectionsMax;
            kestrel.Limits.MaxRequestBodySize = 0;
            foreach (var address in addresses)
            {
                kestrel.Listen(address, listen => listen.Protocols = HttpProtocols.Http1);
            }
        });
        application = builder.Build();
        application.Run(context => AnswerAsync(context, byPath));
    }

    /// <summary>Where it listens, once it has started.</summary>
    public IReadOnlyList<Uri> Addresses =>
        [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    public Task StartAsync(CancellationToken cancellationToken) => application.StartAsync(cancellationToken);

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private static async Task AnswerAsync(HttpContext context, FrozenDictionary<string, Func<ReadingPage>> pages)
    {
        if (!HttpMethods.IsGet(context.Request.Method) && !HttpMethods.IsHead(context.Request.Method))
        {
            context.Response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            return;
        }

        if (!pages.TryGetValue(context.Request.Path.Value ?? "/", out var page))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            await context.Response.WriteAsync($"There is {string.Join(", ", pages.Keys.Order(StringComparer.Ordinal))}.\n", context.RequestAborted);
            return;
        }

        var (type, body) = page();
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        if (HttpMethods.IsGet(context.Request.Method))
        {
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
        }
    }
}
