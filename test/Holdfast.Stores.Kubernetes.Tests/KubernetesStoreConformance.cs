using Holdfast.Conformance;

namespace Holdfast.Stores.Kubernetes.Tests;

public sealed class KubernetesStoreConformance : StoreConformance
{
    protected override bool KeepsHistory => false;

    protected override async Task<IStoreCluster> StartClusterAsync(CancellationToken cancellationToken) =>
        await KubernetesCluster.StartAsync(3, cancellationToken);
}
