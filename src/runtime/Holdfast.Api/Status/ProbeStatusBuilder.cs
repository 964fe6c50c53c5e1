using Holdfast.Api.Contracts;
using Holdfast.Model.Probes;

namespace Holdfast.Api.Status;

/// <summary>What the end-to-end probe has met, in the words of the REST interface.</summary>
internal static class ProbeStatusBuilder
{
    private const double Median = 0.5;
    private const double Hundredth = 0.99;

    public static ProbeStatus? Build(ProbeRecord? record, DateTimeOffset now)
    {
        if (record is not { } probe)
        {
            return null;
        }

        var (objective, history) = (probe.Limits.Objective, probe.History);
        return new()
        {
            State = probe switch { { HasServed: false } => "waiting", { IsServed: true } => "served", _ => "failing" },
            Trouble = probe.Trouble,
            Objective = objective,
            BudgetLeft = history.BudgetLeft(objective, now),
            Availability1h = history.Over(ServiceHistory.Hour, now).Availability,
            Availability1d = history.Over(ServiceHistory.Day, now).Availability,
            Availability30d = history.Over(ServiceHistory.Month, now).Availability,
            BurnRate1h = history.BurnRate(objective, ServiceHistory.Hour, now),
            Attempts = probe.Attempts,
            Failures = probe.Failures.Values.Sum(),
            LostWrites = probe.Total.LostWrites,
            Outages = probe.Outages,
            LastOutage = (probe.Present ?? probe.Last) is { } outage ? new(outage.Since, outage.Length.TotalSeconds, probe.Present is null) : null,
            LongestOutageSeconds = probe.Longest.TotalSeconds,
            WriteMedianSeconds = probe.Writes.UpperBoundOf(Median),
            WriteP99Seconds = probe.Writes.UpperBoundOf(Hundredth),
        };
    }
}
