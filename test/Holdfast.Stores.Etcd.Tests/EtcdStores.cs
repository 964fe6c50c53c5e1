using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Real etcd servers and a store for each, which asks that server first.</summary>
internal sealed class EtcdStores : IStoreCluster
{
    private readonly List<EtcdStore> stores = [];

    private EtcdStores(EtcdCluster cluster) => Etcd = cluster;

    public EtcdCluster Etcd { get; }

    public IReadOnlyList<IConsensusStore> Endpoints => stores;

    public static Task<EtcdStores> StartAsync(int servers, CancellationToken cancellationToken) =>
        StartAsync(new EtcdClusterOptions { Servers = servers }, cancellationToken);

    public static async Task<EtcdStores> StartAsync(EtcdClusterOptions options, CancellationToken cancellationToken)
    {
        Assert.SkipUnless(options.Binaries.AreThere || IsRequired(options.Binaries), $"there is no {options.Binaries.Server}: apt-get install etcd-server, or tools/get-etcd, brings it");
        var started = new EtcdStores(await EtcdCluster.StartAsync(options, TimeProvider.System, cancellationToken));
        for (var first = 0; first < options.Servers; first++)
        {
            started.stores.Add(started.Open(first, options => options));
        }

        return started;
    }

    /// <summary>A client that asks this server first and the others after it.</summary>
    public EtcdStore Open(int first, Func<EtcdStoreOptions, EtcdStoreOptions> change) => Open(first, change, NullLogger<EtcdStore>.Instance);

    public EtcdStore Open(int first, Func<EtcdStoreOptions, EtcdStoreOptions> change, ILogger<EtcdStore> logger)
    {
        var options = new EtcdStoreOptions { Endpoints = [.. Etcd.Servers.Skip(first).Concat(Etcd.Servers.Take(first))] };
        return new EtcdStore(change(options), TimeProvider.System, logger);
    }

    public async Task ForgetHistoryAsync(CancellationToken cancellationToken)
    {
        var revision = await stores[0].PutAsync("/elsewhere", "1", cancellationToken);
        await Etcd.CompactAsync(revision.Number, cancellationToken);
    }

    /// <summary>What is installed everywhere must not be missing unnoticed.</summary>
    private static bool IsRequired(EtcdBinaries binaries) => binaries == EtcdBinaries.Default && Environment.GetEnvironmentVariable("CI") is { Length: > 0 };

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        await Etcd.DisposeAsync();
    }
}
