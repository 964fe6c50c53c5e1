using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;

namespace Holdfast.Bench.Router.Parts;

/// <summary>Two proxies side by side: whatever else the machine does then disturbs both.</summary>
internal static class Pair
{
    public static async Task<(QueryWindow Ours, QueryWindow Theirs)> MeasureAsync(
        Workbench bench, StaticCluster cluster, IProxySoftware ours, IProxySoftware theirs, CancellationToken stopping)
    {
        await using var mine = await bench.StartAsync(ours, stopping);
        await using var other = await bench.StartAsync(theirs, stopping);
        return (
            await QueryWindow.MeasureAsync(bench, cluster, mine, stopping),
            await QueryWindow.MeasureAsync(bench, cluster, other, stopping));
    }
}
