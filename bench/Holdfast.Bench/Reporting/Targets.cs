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
    };

    public static double? Of(string figure) => AtMost.TryGetValue(figure, out var most) ? most : null;
}
