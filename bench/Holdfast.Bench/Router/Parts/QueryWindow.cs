using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;

namespace Holdfast.Bench.Router.Parts;

/// <summary>Short queries for a few seconds through one proxy, or through none.</summary>
/// <param name="PerSecond">Transactions.</param>
/// <param name="CpuSecondsPer100K">What the proxy computed for 100,000 of them.</param>
internal sealed record QueryWindow(double PerSecond, double CpuSecondsPer100K)
{
    private const double Portion = 100_000;
    private static readonly string[] Queries = ["-S", "-M", "simple", "-c", "16", "-j", "2", "-T"];

    public static async Task<QueryWindow> MeasureAsync(Workbench bench, StaticCluster cluster, ProxyProcess? proxy, CancellationToken stopping)
    {
        var name = proxy?.Name ?? "direct";
        var programs = new PgPrograms(proxy?.Port ?? cluster.Server.Port, StaticCluster.Password, bench.Time);
        (await programs.BenchAsync([.. Queries, "1"], stopping)).WithoutErrors(name);
        var before = proxy?.CpuSeconds ?? 0;
        var run = (await programs.BenchAsync([.. Queries, "8"], stopping)).WithoutErrors(name);
        var window = new QueryWindow(run.PerSecond, ((proxy?.CpuSeconds ?? 0) - before) * Portion / run.Transactions);
        bench.Figures.Add($"{name}_tps", "1/s", window.PerSecond);
        if (proxy is not null)
        {
            bench.Figures.Add($"{name}_cpu_s_per_100k", "s", window.CpuSecondsPer100K);
        }

        bench.Say(string.Create(
            CultureInfo.InvariantCulture, $"  {name}: {window.PerSecond:0} transactions a second, {window.CpuSecondsPer100K:0.00} s of CPU per 100,000"));
        return window;
    }
}
