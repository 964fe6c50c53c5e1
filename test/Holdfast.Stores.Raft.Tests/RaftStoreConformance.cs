using Holdfast.Conformance;

namespace Holdfast.Stores.Raft.Tests;

public sealed class RaftStoreConformance : StoreConformance
{
    protected override async Task<IStoreCluster> StartClusterAsync(CancellationToken cancellationToken) =>
        await RaftCluster.StartAsync(3, options => options with { HistoryCountMax = 500, RequestTimeout = TimeSpan.FromSeconds(5) }, cancellationToken);
}
