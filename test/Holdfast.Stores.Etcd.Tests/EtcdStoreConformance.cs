using Holdfast.Conformance;
using Holdfast.StoreServers;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>What every store has to do, asked of one etcd.</summary>
public abstract class EtcdStoreConformance(EtcdBinaries binaries) : StoreConformance
{
    /// <summary>etcd's least time to live is one and a half of its election time-outs, rounded up.</summary>
    protected override TimeSpan ShortTimeToLive => TimeSpan.FromSeconds(2);

    protected override async Task<IStoreCluster> StartClusterAsync(CancellationToken cancellationToken) =>
        await EtcdStores.StartAsync(new EtcdClusterOptions { Servers = 3, Binaries = binaries }, cancellationToken);
}
