using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;

namespace Holdfast.Bench.Router.Parts;

/// <summary>Short queries through Holdfast and through HAProxy with as many threads, right after each other.</summary>
internal sealed class ThroughputPart(Workbench bench, StaticCluster cluster)
{
    public async Task RunAsync(CancellationToken stopping)
    {
        var direct = (await QueryWindow.MeasureAsync(bench, cluster.Server.Port, stopping)).Recorded(bench, "direct");
        var tcp = await CompareAsync(bench.Tcp(cluster), Workbench.HaProxy(cluster), "", stopping);
        await CompareAsync(bench.TcpWithOneThread(cluster), Workbench.HaProxyWithOneThread(cluster), "_1t", stopping);
        bench.Figures.Add("tps_vs_direct", "ratio", tcp.PerSecond / direct.PerSecond);
    }

    private async Task<QueryWindow> CompareAsync(HoldfastRouter ours, HaProxy theirs, string suffix, CancellationToken stopping)
    {
        var (mine, other) = await Pair.MeasureAsync(bench, ours, theirs, stopping);
        bench.Figures.Add($"tps_vs_haproxy{suffix}", "ratio", mine.PerSecond / other.PerSecond);
        bench.Figures.Add($"cpu_vs_haproxy{suffix}", "ratio", mine.CpuSecondsPer100K / other.CpuSecondsPer100K);
        return mine;
    }
}
