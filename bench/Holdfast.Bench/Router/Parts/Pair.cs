using Holdfast.Bench.Router.Proxies;

namespace Holdfast.Bench.Router.Parts;

/// <summary>Two proxies side by side, one, the other twice, and the first again: what disturbs the machine then disturbs both alike.</summary>
internal static class Pair
{
    public static async Task<(QueryWindow Ours, QueryWindow Theirs)> MeasureAsync(
        Workbench bench, IProxySoftware ours, IProxySoftware theirs, CancellationToken stopping)
    {
        await using var mine = await bench.StartAsync(ours, stopping);
        await using var other = await bench.StartAsync(theirs, stopping);
        var first = await QueryWindow.MeasureAsync(bench, mine, stopping);
        var between = QueryWindow.Mean(
            await QueryWindow.MeasureAsync(bench, other, stopping),
            await QueryWindow.MeasureAsync(bench, other, stopping));
        var last = await QueryWindow.MeasureAsync(bench, mine, stopping);
        return (QueryWindow.Mean(first, last).Recorded(bench, mine.Name), between.Recorded(bench, other.Name));
    }
}
