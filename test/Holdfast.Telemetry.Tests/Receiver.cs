using System.Collections.Concurrent;
using Holdfast.Telemetry.Tests.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Holdfast.Telemetry.Tests;

/// <summary>Takes OTLP on loopback, over HTTP and over gRPC, and keeps what came.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private const int GrpcHead = 5;
    private readonly WebApplication application;
    private readonly ConcurrentQueue<ExportMetricsServiceRequest> requests = new();

    private Receiver(bool usesGrpc)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = usesGrpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        application = builder.Build();
        application.Run(TakeAsync);
    }

    public ConcurrentQueue<string> Tenants { get; } = new();

    public string Address => application.Urls.Single();

    public static async Task<Receiver> StartAsync(bool usesGrpc)
    {
        var receiver = new Receiver(usesGrpc);
        await receiver.application.StartAsync();
        return receiver;
    }

    /// <summary>Waits for a request in which it is so.</summary>
    public async Task<ExportMetricsServiceRequest> UntilAsync(Func<ExportMetricsServiceRequest, bool> isSo, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(1));
        while (true)
        {
            while (requests.TryDequeue(out var request))
            {
                if (isSo(request))
                {
                    return request;
                }
            }

            await Task.Delay(50, limit.Token);
        }
    }

    public ValueTask DisposeAsync() => application.DisposeAsync();

    private async Task TakeAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var isGrpc = context.Request.ContentType == "application/grpc";
        var path = isGrpc ? "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export" : "/v1/metrics";
        if (context.Request.Path != path)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        requests.Enqueue(ExportMetricsServiceRequest.Parser.ParseFrom(body.ToArray().AsSpan(isGrpc ? GrpcHead : 0)));
        Tenants.Enqueue(context.Request.Headers["x-tenant"].ToString());
        context.Response.ContentType = context.Request.ContentType;
        if (isGrpc)
        {
            context.Response.AppendTrailer("grpc-status", "0");
            await context.Response.Body.WriteAsync(new byte[GrpcHead]);
        }
    }
}
