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
        var tcp = await MeasureAsync(bench.Tcp(cluster), stopping);
        var haproxy = await MeasureAsync(Workbench.HaProxy(cluster), stopping);
        await MeasureAsync(Workbench.HaProxyThatSplices(cluster), stopping);
        bench.Figures.Add("copy_cpu_vs_haproxy", "ratio", tcp / haproxy);
    }

    private async Task<double> MeasureAsync(IProxySoftware software, CancellationToken stopping)
    {
        await using var proxy = await bench.StartAsync(software, stopping);
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
