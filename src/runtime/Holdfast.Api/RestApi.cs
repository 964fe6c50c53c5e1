using System.Net;
using System.Net.Sockets;
using Holdfast.Api.Access;
using Holdfast.Api.Clusters;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Api.Metrics;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Api.Tls;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api;

/// <summary>The REST interface of one member: Patroni's endpoints, and Holdfast's own below <c>/holdfast/v1</c>.</summary>
public sealed partial class RestApi : IAsyncDisposable
{
    private readonly IMemberControl control;
    private readonly TimeProvider time;
    private readonly ILoggerFactory loggers;
    private readonly ILogger logger;
    private readonly TimeSpan servingSince;
    private volatile RestApiOptions options;
    private volatile TlsMaterial? tls;
    private readonly CancellationTokenSource ending = new();
    private Task telling = Task.CompletedTask;
#pragma warning disable CA2213 // It is disposed asynchronously.
    private WebApplication? application;
#pragma warning restore CA2213

    public RestApi(RestApiOptions options, IMemberControl control, TimeProvider time, ILoggerFactory loggers)
    {
        this.options = options;
        this.control = control;
        this.time = time;
        this.loggers = loggers;
        logger = loggers.CreateLogger<RestApi>();
        servingSince = time.GetElapsedTime(0);
    }

    /// <summary>Where other clusters are beside this one; null where it is alone. Set before the start.</summary>
    public SharedNamespace? Shared { get; init; }

    /// <summary>Where it listens; with the ports that the system chose where port 0 was asked for. Empty until it has started.</summary>
    public IReadOnlyList<Uri> Addresses { get; private set; } = [];

    /// <summary>What every sample of <c>/metrics</c> is labelled with.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> MetricLabels => MetricsPage.LabelsOf(options);

    /// <summary>The figures of <c>/metrics</c> as they are now, for other ways out.</summary>
    public MetricList ReadMetrics() => MetricsPage.Read(MemberSnapshot.Take(control, time, servingSince), options, control, time);

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">An address is in use.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        tls = options.Tls is { } files ? TlsMaterial.Read(files) : null;
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddSingleton<ILoggerFactory>(_ => new WarningsOnly(loggers));
        builder.Services.AddSingleton<IHostLifetime>(new NoSignals());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(2));
        OidcLogin.Add(builder.Services, () => options.Oidc);
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(Configure);
        application = builder.Build();
        var audit = new RequestAudit(control, time, logger);
        application.Run(new RequestHandler(control, Shared, time, () => options, audit, logger, application.Lifetime.ApplicationStopping).HandleAsync);
        await application.StartAsync(cancellationToken);
        telling = audit.TellAsync(ending.Token);
        Addresses = [.. application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Select(address => new Uri(address))];
        LogListening(string.Join(", ", Addresses));
    }

    /// <summary>
    /// Takes up new credentials, roles, identity provider, tags, certificates (read again from their files) and limits of requests. Addresses, and
    /// whether TLS is spoken at all, stay as they are until the next start.
    /// </summary>
    /// <exception cref="IOException">A certificate file cannot be read; the old ones stay in use.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">The certificate or its key cannot be used; the old ones stay.</exception>
    public void Reload(RestApiOptions reloaded)
    {
        // The old material is left to the collector: handshakes may be in the middle of using it.
        if (tls is not null && reloaded.Tls is { } files)
        {
            tls = TlsMaterial.Read(files);
        }

        if (reloaded.Oidc?.CaFile is { } authorities)
        {
            OidcLogin.AuthoritiesOf(authorities);
        }

        var before = options.Oidc;
        options = reloaded;
        if (application is { } running)
        {
            OidcLogin.Forget(running.Services, before, reloaded.Oidc);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (application is { } running)
        {
            await running.StopAsync(cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (application is { } running)
        {
            application = null;
            await running.DisposeAsync();
            await ending.CancelAsync();
            await telling;
        }

        ending.Dispose();
        tls?.Dispose();
    }

    private void Configure(KestrelServerOptions kestrel)
    {
        var limits = options.Limits;
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = limits.RequestBodyBytesMax;
        kestrel.Limits.MaxConcurrentConnections = limits.ConnectionsMax;
        kestrel.Limits.MaxRequestLineSize = 8 * 1024;
        kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
        kestrel.Limits.RequestHeadersTimeout = limits.RequestHeadTimeout;
        kestrel.Limits.KeepAliveTimeout = limits.IdleConnectionTimeout;
        kestrel.Limits.MinRequestBodyDataRate = new(240, limits.RequestBodyGracePeriod);
        foreach (var endpoint in options.Listen)
        {
            Listen(kestrel, endpoint);
        }
    }

    private void Listen(KestrelServerOptions kestrel, RestEndpoint endpoint)
    {
        if (endpoint.Host is "*" or "")
        {
            kestrel.ListenAnyIP(endpoint.Port, Configure);
        }
        else if (IPAddress.TryParse(endpoint.Host, out var address))
        {
            kestrel.Listen(address, endpoint.Port, Configure);
        }
        else
        {
            foreach (var resolved in Resolve(endpoint.Host))
            {
                kestrel.Listen(resolved, endpoint.Port, Configure);
            }
        }
    }

    private void Configure(ListenOptions listen)
    {
        listen.Protocols = HttpProtocols.Http1;
        if (tls is not null)
        {
            listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = _ => ValueTask.FromResult(tls!.Handshake) });
        }
    }

    private static IEnumerable<IPAddress> Resolve(string host)
    {
        var addresses = Dns.GetHostAddresses(host);
        var preferred = addresses.Where(address => address.AddressFamily == AddressFamily.InterNetwork).ToList();
        return preferred.Count > 0 ? preferred : addresses;
    }

    [LoggerMessage(3000, LogLevel.Information, "The REST interface listens on {Addresses}")]
    private partial void LogListening(string addresses);
}
