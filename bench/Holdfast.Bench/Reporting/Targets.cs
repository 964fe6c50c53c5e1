namespace Holdfast.Bench.Reporting;

/// <summary>The bounds that the project sets itself; a figure without one is only watched.</summary>
internal static class Targets
{
    private static readonly Dictionary<string, double> AtMost = new()
    {
        ["crash_gap_s"] = 1.0,
        ["hostloss_gap_s"] = 6,
        ["freeze_gap_s"] = 6,
        ["switchover_gap_s"] = 1.0,
        ["startup_s"] = 12,
        ["redundancy_s"] = 8,
        ["agent_pss_mb"] = 80,
        ["agent_cpu_pct"] = 0.5,
        ["failed"] = 0,
        ["rows_lost"] = 0,
        ["second_writes"] = 0,
        ["stale_s"] = 0.1,
        ["raft_commit_p99_ms"] = 10,
        ["raft_leader_loss_s"] = 1.0,
        ["etcd_crash_gap_s"] = 1.0,
        ["etcd_hostloss_gap_s"] = 6,
        ["etcd_hostloss_with_its_etcd_gap_s"] = 6,
        ["consul_crash_gap_s"] = 1.0,
        ["outage_gap_s"] = 1.0,
        ["idle_writes_per_minute"] = 30,
        ["cpu_vs_haproxy"] = 1.0,
        ["copy_cpu_vs_haproxy"] = 1.0,
        ["idle_kb"] = 3.3,
        ["idle_lost"] = 0,
        ["refused_ms"] = 100,
        ["failover_extra_s"] = 0.2,
        ["libpq_switchover_errors"] = 0,
        ["npgsql_switchover_errors"] = 0,
        ["node_postgres_switchover_errors"] = 0,
        ["switchover_errors"] = 0,
        ["switchover_pause_s"] = 1.0,
    };

    private static readonly Dictionary<string, double> AtLeast = new()
    {
        ["sim_seeds_per_minute"] = 1000,
        ["tps_vs_haproxy"] = 1.0,
        ["session_tps_vs_pgbouncer"] = 0.9,
        ["idle_10000_held"] = 10_000,
    };

    /// <summary>
    /// The bound in words, and whether the median keeps it, or every sample where nothing is allowed at all; null when the figure
    /// has none.
    /// </summary>
    public static (string Bound, bool IsMet)? Of(Figure figure, IReadOnlyDictionary<string, double>? own) =>
        own?.TryGetValue(figure.Name, out var bound) == true ? (FormattableString.Invariant($"≤ {bound:0.###}"), figure.Median <= bound)
        : AtMost.TryGetValue(figure.Name, out var most) && (own is null || most == 0) ? (FormattableString.Invariant($"≤ {most:0.###}"), (most == 0 ? figure.Max : figure.Median) <= most)
        : AtLeast.TryGetValue(figure.Name, out var least) ? (FormattableString.Invariant($"≥ {least:0.###}"), figure.Median >= least)
        : null;
}
