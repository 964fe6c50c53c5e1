using Holdfast.Bench.Stores;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.StoreServers;

namespace Holdfast.Bench.Router.Tools;

/// <summary>A cluster of three on an etcd of its own, for one measurement.</summary>
internal sealed record EtcdBackedCluster(LoopbackCluster Cluster, EtcdCluster Etcd)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    /// <summary>Starts it, measures, and stops it; keeps its logs when the measurement failed.</summary>
    public static async Task WithAsync(Workbench bench, Func<EtcdBackedCluster, Task> measure, CancellationToken stopping)
    {
        await using var etcd = await EtcdCluster.StartAsync(1, bench.Time, stopping);
        await using var cluster = await StoreRound.StartAsync(new HoldfastSoftware(bench.Program, etcd.Section), bench.Time, stopping);
        try
        {
            await measure(new(cluster, etcd));
        }
        catch (DemoException exception)
        {
            cluster.KeepFiles();
            throw new DemoException($"{exception.Message}; the logs are kept in {cluster.Plan.Directory}");
        }

        await cluster.StopAsync(stopping);
    }

    /// <summary>Hands the primary over to the synchronous standby; answers who to whom.</summary>
    public async Task<(string From, string To)> SwitchOverAsync(CancellationToken stopping)
    {
        if (!await Cluster.WaitForRedundancyAsync(Limit, null, stopping))
        {
            throw new DemoException("the cluster is not healthy enough to switch over");
        }

        var primary = await Cluster.LeaderAsync(stopping);
        var candidate = (await Cluster.StatusAsync(stopping))?.SynchronousStandby?.Name ?? throw new DemoException("no synchronous standby is there");
        return await Cluster.Rest.SwitchoverAsync(primary.Plan, candidate, stopping) is { } refusal
            ? throw new DemoException($"the switchover was refused: {refusal}")
            : (primary.Name, candidate);
    }
}
