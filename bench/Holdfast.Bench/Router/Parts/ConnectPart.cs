using System.Globalization;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;

namespace Holdfast.Bench.Router.Parts;

/// <summary>A new connection for every query.</summary>
internal sealed class ConnectPart(Workbench bench, StaticCluster cluster)
{
    public async Task RunAsync(CancellationToken stopping)
    {
        await MeasureAsync("direct", cluster.Server.Port, stopping);
        var tcp = await MeasureAsync(bench.Tcp(cluster), stopping);
        var haproxy = await MeasureAsync(Workbench.HaProxy(cluster), stopping);
        await MeasureAsync(bench.Session(cluster), stopping);
        await MeasureAsync(Workbench.PgBouncer(cluster), stopping);
        bench.Figures.Add("connects_vs_haproxy", "ratio", tcp / haproxy);
    }

    private async Task<double> MeasureAsync(IProxySoftware software, CancellationToken stopping)
    {
        await using var proxy = await bench.StartAsync(software, stopping);
        return await MeasureAsync(proxy.Name, proxy.Port, stopping);
    }

    private async Task<double> MeasureAsync(string name, int port, CancellationToken stopping)
    {
        var programs = new PgPrograms(port, StaticCluster.Password, bench.Time);
        var run = (await programs.BenchAsync(["-C", "-S", "-c", "4", "-j", "2", "-T", "5"], stopping)).WithoutErrors(name);
        bench.Figures.Add($"{name}_connects_per_s", "1/s", run.PerSecond);
        bench.Say(string.Create(CultureInfo.InvariantCulture, $"  {name}: {run.PerSecond:0} connections a second"));
        return run.PerSecond;
    }
}
