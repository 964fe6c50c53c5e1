using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads how the router chooses among members: the sections <c>reads</c> and <c>breaker</c>.</summary>
internal static class RouterBalanceReader
{
    private const long LagBytesLimit = 1L << 50;
    private const int Day = 24 * 3600;

    public static RouterReadsConfiguration ReadReads(Section section)
    {
        var initial = new RouterReadsConfiguration();
        var lagBytes = section.Amount("max_lag", Quantities.Bytes, 0, LagBytesLimit) ?? initial.LagBytesMax;
        var lagTime = section.Duration("max_lag_seconds", 0, Day) ?? initial.LagTimeMax;
        var reads = new RouterReadsConfiguration
        {
            Balance = section.Word("balance", ("least_connections", RouterBalance.LeastConnections), ("round_robin", RouterBalance.RoundRobin)) ?? initial.Balance,
            LagBytesMax = lagBytes == 0 ? null : lagBytes,
            LagTimeMax = lagTime == TimeSpan.Zero ? null : lagTime,
            Fallback = section.Word("fallback", ("primary", RouterReadFallback.Primary), ("none", RouterReadFallback.None)) ?? initial.Fallback,
            Zone = section.Text("zone"),
            SlowStart = section.Duration("slow_start", 0, 3600) ?? initial.SlowStart,
        };
        section.RefuseUnknown();
        return reads;
    }

    public static RouterBreakerConfiguration ReadBreaker(Section section)
    {
        var initial = new RouterBreakerConfiguration();
        var breaker = new RouterBreakerConfiguration
        {
            Failures = (int)(section.Amount("failures", Quantities.Plain, 1, 1000) ?? initial.Failures),
            OpenFor = section.Duration("open_for", 0.1m, 3600) ?? initial.OpenFor,
            OpenForMax = section.Duration("max_open_for", 0.1m, Day) ?? initial.OpenForMax,
            LatencyFactor = ReadLatencyFactor(section),
        };
        if (breaker.OpenFor > breaker.OpenForMax)
        {
            section.Error(section.Node("max_open_for") is null ? "open_for" : "max_open_for", "open_for is longer than max_open_for, up to which it doubles");
        }

        section.RefuseUnknown();
        return breaker;
    }

    private static int? ReadLatencyFactor(Section section)
    {
        var factor = (int?)section.Amount("latency_factor", Quantities.Plain, 0, 1000);
        if (factor == 1)
        {
            section.Error("latency_factor", "1 would call every second member an outlier; write 2 to 1000, or 0: none is");
        }

        return factor == 0 ? null : factor;
    }
}
