using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;

namespace Holdfast.Bench.Router.Parts;

/// <summary>A gigabyte from PostgreSQL to one client.</summary>
internal sealed class CopyPart(Workbench bench, StaticCluster cluster)
{
    // A row is a thousand letters and a line's end.
    private const string Statement = "COPY (SELECT repeat('x', 1000) FROM generate_series(1, 1000000)) TO STDOUT";
    private const double Gigabytes = 1.001;

    public async Task RunAsync(CancellationToken stopping)
    {
        var (tcp, haproxy) = await CompareAsync(bench.Tcp(cluster), Workbench.HaProxy(cluster), stopping);
        bench.Figures.Add("copy_cpu_vs_haproxy", "ratio", tcp / haproxy);
        await using var splicing = await bench.StartAsync(Workbench.HaProxyThatSplices(cluster), stopping);
        await MeasureAsync(splicing, stopping);
    }

    /// <summary>In the order of <see cref="Pair"/>.</summary>
    private async Task<(double Ours, double Theirs)> CompareAsync(IProxySoftware ours, IProxySoftware theirs, CancellationToken stopping)
    {
        await using var mine = await bench.StartAsync(ours, stopping);
        await using var other = await bench.StartAsync(theirs, stopping);
        var first = await MeasureAsync(mine, stopping);
        var between = await MeasureAsync(other, stopping) + await MeasureAsync(other, stopping);
        return (first + await MeasureAsync(mine, stopping), between);
    }

    private async Task<double> MeasureAsync(ProxyProcess proxy, CancellationToken stopping)
    {
        var programs = new PgPrograms(proxy.Port, StaticCluster.Password, bench.Time);
        await programs.DiscardAsync("SELECT 1", stopping);
        var (cpu, began) = (proxy.CpuSeconds, bench.Time.GetTimestamp());
        await programs.DiscardAsync(Statement, stopping);
        var seconds = bench.Time.GetElapsedTime(began).TotalSeconds;
        var cost = (proxy.CpuSeconds - cpu) / Gigabytes;
        bench.Figures.Add($"{proxy.Name}_copy_s_per_gb", "s", seconds / Gigabytes);
        bench.Figures.Add($"{proxy.Name}_copy_cpu_s_per_gb", "s", cost);
        bench.Say(string.Create(CultureInfo.InvariantCulture, $"  {proxy.Name}: a gigabyte in {seconds / Gigabytes:0.00} s for {cost:0.00} s of CPU"));
        return cost;
    }
}
