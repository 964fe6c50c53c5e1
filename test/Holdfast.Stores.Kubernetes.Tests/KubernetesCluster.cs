using Holdfast.Conformance;
using Holdfast.KubernetesApi;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Stores.Kubernetes.Tests;

/// <summary>The model of the API server, and clients of it.</summary>
internal sealed class KubernetesCluster : IStoreCluster
{
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-kubernetes-").FullName;
    private readonly List<KubernetesStore> stores = [];

    private KubernetesCluster(KubernetesApiServer server)
    {
        Server = server;
        File.WriteAllText(ConfigFile, server.KubeConfig);
    }

    public KubernetesApiServer Server { get; }

    public string ConfigFile => Path.Combine(directory, "config");

    public IReadOnlyList<IConsensusStore> Endpoints => stores;

    public static Task<KubernetesCluster> StartAsync(int clients, CancellationToken cancellationToken) =>
        StartAsync(new KubernetesApiServer(), clients, cancellationToken);

    public static async Task<KubernetesCluster> StartAsync(KubernetesApiServer server, int clients, CancellationToken cancellationToken)
    {
        await server.StartAsync(cancellationToken);
        var cluster = new KubernetesCluster(server);
        for (var client = 0; client < clients; client++)
        {
            cluster.stores.Add(cluster.Open(options => options));
        }

        return cluster;
    }

    public KubernetesStore Open(Func<KubernetesStoreOptions, KubernetesStoreOptions> change)
    {
        var options = new KubernetesStoreOptions
        {
            Access = new KubernetesAccess.KubeConfig(ConfigFile, null, null),
            Namespace = KubernetesApiServer.Namespace,
            Scope = "shop",
            Root = "/service/shop/",
        };
        return new KubernetesStore(change(options), TimeProvider.System, NullLogger<KubernetesStore>.Instance);
    }

    public Task ForgetHistoryAsync(CancellationToken cancellationToken)
    {
        Server.Compact();
        return Task.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        await Server.DisposeAsync();
        Directory.Delete(directory, recursive: true);
    }
}
