using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Api.Peers;
using Holdfast.Api.Serving;
using Holdfast.Configuration;
using Holdfast.Ports.Store;
using Holdfast.Router;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>A router and the pages that show it, in a process of its own or inside an agent's.</summary>
internal sealed class RouterProcess : IAsyncDisposable
{
    private readonly RestHealth health;
    private readonly RouterServer router;
    private readonly ReadingServer pages;
    private readonly CancellationTokenSource stopping = new();
    private readonly Task following;

    private RouterProcess(RestHealth health, RouterServer router, ReadingServer pages)
    {
        this.health = health;
        this.router = router;
        this.pages = pages;
        following = router.RunAsync(stopping.Token);
    }

    /// <exception cref="StartRefusedException">The operator must mend something first.</exception>
    public static async Task<RouterProcess> StartAsync(HoldfastConfiguration configuration, RouterPlace place, IConsensusStore store, ILoggerFactory loggers)
    {
        if (configuration.Kubernetes is not null && configuration.Router!.Clusters.FirstOrDefault(cluster => cluster.Scope != configuration.Scope) is { } other)
        {
            throw new StartRefusedException($"router.clusters: on Kubernetes a router serves the cluster of the file's own scope alone, and {other.Scope} is another", null);
        }

        var health = Parts.CreateHealth(configuration);
        var router = new RouterServer(RoutingOptions.Of(configuration, place, loggers), store, health, HostClock.Time, loggers);
        var pages = new ReadingServer(RoutingOptions.EndPoints(configuration.Router!.Api), Pages(router), loggers);
        try
        {
            router.Start();
            await pages.StartAsync(CancellationToken.None);
            return new(health, router, pages);
        }
        catch (IOException exception)
        {
            await pages.DisposeAsync();
            await router.DisposeAsync();
            health.Dispose();
            throw new StartRefusedException($"router: {exception.Message}", exception);
        }
    }

    /// <summary>Takes up what it shows to the members.</summary>
    public void Reload(HoldfastConfiguration configuration) => health.Reload(Parts.Peers(configuration));

    /// <summary>The operator has looked at the store, and says that it is right.</summary>
    public void Believe() => router.Believe();

    public Task StopAsync(CancellationToken cancellationToken) => router.StopAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await following;
        await pages.DisposeAsync();
        await router.DisposeAsync();
        health.Dispose();
        stopping.Dispose();
    }

    private static Dictionary<string, Func<ReadingPage>> Pages(RouterServer router) => new()
    {
        ["/status"] = () => new("application/json", JsonSerializer.SerializeToUtf8Bytes(router.Status(), ApiJson.Wire.RouterStatus)),
        ["/metrics"] = () => new(RouterServer.MetricsType, System.Text.Encoding.UTF8.GetBytes(router.Metrics())),
        ["/health"] = () => new("text/plain", "ok\n"u8.ToArray()),
    };
}

/// <summary>Where a router runs.</summary>
internal enum RouterPlace
{
    OnItsOwn,
    InsideAgent,
}
