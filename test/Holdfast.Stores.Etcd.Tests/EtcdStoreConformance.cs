using Holdfast.Conformance;

namespace Holdfast.Stores.Etcd.Tests;

public sealed class EtcdStoreConformance : StoreConformance
{
    /// <summary>etcd's least time to live is one and a half of its election time-outs, rounded up.</summary>
    protected override TimeSpan ShortTimeToLive => TimeSpan.FromSeconds(2);

    protected override async Task<IStoreCluster> StartClusterAsync(CancellationToken cancellationToken) =>
        await EtcdStores.StartAsync(3, cancellationToken);
}
