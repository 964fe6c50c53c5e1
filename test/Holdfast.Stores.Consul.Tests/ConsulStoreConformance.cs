using Holdfast.Conformance;

namespace Holdfast.Stores.Consul.Tests;

public sealed class ConsulStoreConformance : StoreConformance
{
    protected override bool KeepsHistory => false;

    /// <summary>Consul takes 64 operations at once, and a write that may replace another is two.</summary>
    protected override int WritesAtOnceMax => 32;

    protected override async Task<IStoreCluster> StartClusterAsync(CancellationToken cancellationToken) =>
        await ConsulStores.StartAsync(3, cancellationToken);
}
