using Holdfast.Bench.Router.Tools;

namespace Holdfast.Bench.Router.Parts;

/// <summary>Short queries through session mode and through PgBouncer, which both speak PostgreSQL's protocol.</summary>
internal sealed class SessionPart(Workbench bench, StaticCluster cluster)
{
    public async Task RunAsync(CancellationToken stopping)
    {
        var (session, bouncer) = await Pair.MeasureAsync(bench, bench.Session(cluster), Workbench.PgBouncer(cluster), stopping);
        bench.Figures.Add("session_tps_vs_pgbouncer", "ratio", session.PerSecond / bouncer.PerSecond);
        bench.Figures.Add("session_cpu_vs_pgbouncer", "ratio", session.CpuSecondsPer100K / bouncer.CpuSecondsPer100K);
    }
}
