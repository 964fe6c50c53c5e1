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

    public static async Task<QueryWindow> MeasureAsync(Workbench bench, ProxyProcess proxy, CancellationToken stopping)
    {
        var programs = new PgPrograms(proxy.Port, StaticCluster.Password, bench.Time);
        (await programs.BenchAsync([.. Queries, "1"], stopping)).WithoutErrors(proxy.Name);
        var before = proxy.CpuSeconds;
        var run = (await programs.BenchAsync([.. Queries, "5"], stopping)).WithoutErrors(proxy.Name);
        return new(run.PerSecond, (proxy.CpuSeconds - before) * Portion / run.Transactions);
    }

    public static async Task<QueryWindow> MeasureAsync(Workbench bench, int port, CancellationToken stopping)
    {
        var run = (await new PgPrograms(port, StaticCluster.Password, bench.Time).BenchAsync([.. Queries, "5"], stopping)).WithoutErrors("nothing");
        return new(run.PerSecond, 0);
    }

    public static QueryWindow Mean(QueryWindow first, QueryWindow second) =>
        new((first.PerSecond + second.PerSecond) / 2, (first.CpuSecondsPer100K + second.CpuSecondsPer100K) / 2);

    public QueryWindow Recorded(Workbench bench, string name)
    {
        bench.Figures.Add($"{name}_tps", "1/s", PerSecond);
        if (CpuSecondsPer100K > 0)
        {
            bench.Figures.Add($"{name}_cpu_s_per_100k", "s", CpuSecondsPer100K);
        }

        bench.Say(string.Create(CultureInfo.InvariantCulture, $"  {name}: {PerSecond:0} transactions a second, {CpuSecondsPer100K:0.00} s of CPU per 100,000"));
        return this;
    }
}
