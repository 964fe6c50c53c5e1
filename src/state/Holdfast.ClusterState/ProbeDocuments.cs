using Holdfast.Model.Probes;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>A member's word on its end-to-end probe, in the store's form.</summary>
internal static class ProbeDocuments
{
    public static ProbeReport ToReport(ProbeDocument document) => new(document.FailingSince, document.BurnRate ?? 0, document.LostWrites ?? 0)
    {
        Writes = document is { WriteMedianSeconds: { } median, WriteSlowestSeconds: { } slowest } ? new(Seconds(median), Seconds(slowest)) : null,
        LastOutage = document is { LastOutageSince: { } since, LastOutageSeconds: { } seconds } ? new(since, Seconds(seconds)) : null,
        Availability = document.Availability,
        BudgetLeft = document.BudgetLeft,
    };

    public static ProbeDocument ToDocument(ProbeReport report) => new()
    {
        FailingSince = report.FailingSince,
        BurnRate = report.BurnRate,
        LostWrites = report.LostWrites,
        WriteMedianSeconds = report.Writes?.Median.TotalSeconds,
        WriteSlowestSeconds = report.Writes?.Slowest.TotalSeconds,
        LastOutageSince = report.LastOutage?.Since,
        LastOutageSeconds = report.LastOutage?.Length.TotalSeconds,
        Availability = report.Availability,
        BudgetLeft = report.BudgetLeft,
    };

    /// <summary>To the tick, so that what is read back equals what was written.</summary>
    private static TimeSpan Seconds(double seconds) => TimeSpan.FromTicks((long)Math.Round(seconds * TimeSpan.TicksPerSecond));
}
