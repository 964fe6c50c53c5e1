using Holdfast.Conformance;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>The client from outside the cluster is a store like any other.</summary>
public sealed class ClientConformance : StoreConformance
{
    protected override async Task<IStoreCluster> StartClusterAsync(CancellationToken cancellationToken)
    {
        var cluster = await RaftCluster.StartAsync(
            3, options => options with { HistoryCountMax = 500, Password = "a secret", RequestTimeout = TimeSpan.FromSeconds(5) }, cancellationToken);
        return new Clients(cluster);
    }

    private sealed class Clients(RaftCluster cluster) : IStoreCluster
    {
        public IReadOnlyList<IConsensusStore> Endpoints { get; } =
        [
            .. cluster.Addresses.Select(address => new RaftStoreClient(
                new RaftClientOptions { Addresses = [address], Password = "a secret", RequestTimeout = TimeSpan.FromSeconds(10) }, TimeProvider.System)),
        ];

        public Task ForgetHistoryAsync(CancellationToken cancellationToken) => cluster.ForgetHistoryAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            foreach (var endpoint in Endpoints)
            {
                await endpoint.DisposeAsync();
            }

            await cluster.DisposeAsync();
        }
    }
}
