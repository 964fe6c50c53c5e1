using Xunit;

namespace Holdfast.Stores.Raft.Tests.Clusters;

/// <summary>How many of the store's nodes do not answer, as any of them counts.</summary>
public sealed class LostMemberTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_is_gone_is_missed_until_it_is_back()
    {
        await using var cluster = await RaftCluster.StartAsync(3, options => options, Stop);
        var (first, last) = (cluster.Addresses[0], cluster.Addresses[2]);
        await UntilAsync(cluster, 0);

        await cluster.KillNodeAsync(last);
        await UntilAsync(cluster, 1);
        await cluster.StartNodeAsync(last, Stop);
        await UntilAsync(cluster, 0);
        Assert.NotNull(cluster[first].Status.Leader);
    }

    private static async Task UntilAsync(RaftCluster cluster, int lost)
    {
        while (await cluster[cluster.Addresses[0]].CountLostAsync(Stop) != lost || await cluster[cluster.Addresses[1]].CountLostAsync(Stop) != lost)
        {
            // An election may be under way.
            await Task.Delay(20, Stop);
        }
    }
}
