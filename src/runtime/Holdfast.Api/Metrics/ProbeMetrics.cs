using Holdfast.Api.Contracts.Metrics;
using Holdfast.Model.Probes;

namespace Holdfast.Api.Metrics;

/// <summary>What the end-to-end probe beside this member meets, and what that is against the objective.</summary>
internal static class ProbeMetrics
{
    private static readonly (string Word, TimeSpan Length)[] Windows = [("1h", ServiceHistory.Hour), ("1d", ServiceHistory.Day), ("30d", ServiceHistory.Month)];

    private static readonly (string Word, ProbeOutcome Outcome)[] Kinds =
        [("refused", ProbeOutcome.Refused), ("timeout", ProbeOutcome.Timeout), ("error", ProbeOutcome.Error), ("mismatch", ProbeOutcome.Mismatch)];

    public static void Write(MetricList list, ProbeRecord? record, DateTimeOffset now)
    {
        if (record is not { } probe)
        {
            return;
        }

        list.Gauge("holdfast_probe_served", "Value is 1 if the probe's last attempt was served, 0 otherwise.", probe.IsServed);
        list.Counter("holdfast_probe_attempts_total", "Attempts of the probe to write its row and read it back.", new MetricSample(probe.Attempts));
        list.Counter("holdfast_probe_failures_total", "Attempts that were not served, by kind.", [.. Kinds.Select(kind => new MetricSample("kind", kind.Word, probe.Failures.GetValueOrDefault(kind.Outcome)))]);
        list.Counter("holdfast_probe_lost_writes_total", "Acknowledged writes that were found to be gone.", new MetricSample(probe.Total.LostWrites));
        Latency(list, "connect", "How long the probe took to connect and log in.", probe.Connects);
        Latency(list, "write", "How long the probe's acknowledged writes took.", probe.Writes);
        Latency(list, "read", "How long it took to read a write back.", probe.Reads);
        list.Counter("holdfast_probe_up_seconds_total", "Measured time in which the probe was served.", new MetricSample(probe.Total.Up.TotalSeconds));
        list.Counter("holdfast_probe_down_seconds_total", "Measured time in which the probe was not served.", new MetricSample(probe.Total.Down.TotalSeconds));
        list.Counter("holdfast_probe_outages_total", "Outages that the probe met.", new MetricSample(probe.Outages));
        list.Gauge("holdfast_probe_present_outage_seconds", "Length of the outage that goes on, 0 if there is none.", Seconds(probe.Present));
        list.Gauge("holdfast_probe_last_outage_seconds", "Length of the last outage that is over, 0 if there was none.", Seconds(probe.Last));
        list.Gauge("holdfast_probe_longest_outage_seconds", "Length of the longest outage, 0 if there was none.", probe.Longest.TotalSeconds);
        WriteObjective(list, probe, now);
    }

    private static void WriteObjective(MetricList list, ProbeRecord probe, DateTimeOffset now)
    {
        list.Gauge("holdfast_probe_objective_ratio", "The part of thirty days in which clients are to be served.", probe.Limits.Objective);
        list.Gauge(
            "holdfast_probe_availability_ratio",
            "The part of the measured time in which the probe was served, by window.",
            [.. Windows.Select(window => (window.Word, probe.History.Over(window.Length, now).Availability)).Where(window => window.Availability is not null).Select(window => new MetricSample("window", window.Word, window.Availability!.Value))]);
        list.Gauge("holdfast_probe_error_budget_left_ratio", "What is left of the time that the objective allows in thirty days; below 0 if it is overdrawn.", probe.History.BudgetLeft(probe.Limits.Objective, now));
        list.Gauge(
            "holdfast_probe_error_budget_burn_rate",
            "How many times as fast as it may the error budget is used up, by window.",
            [.. Windows.Select(window => new MetricSample("window", window.Word, probe.History.BurnRate(probe.Limits.Objective, window.Length, now)))]);
    }

    private static void Latency(MetricList list, string step, string help, LatencyHistogram latency) =>
        list.Histogram($"holdfast_probe_{step}_seconds", help, LatencyHistogram.Bounds, latency.Counts, latency.Sum.TotalSeconds);

    private static double Seconds(Outage? outage) => outage?.Length.TotalSeconds ?? 0;
}
