using System.Collections.Immutable;

namespace Holdfast.Model.Probes;

/// <summary>What an operator asks of the probe.</summary>
/// <param name="Interval">Between the end of one attempt and the start of the next.</param>
/// <param name="Timeout">Of one attempt.</param>
/// <param name="Objective">The part of thirty days in which a client is to be served, below 1.</param>
public sealed record ProbeLimits(TimeSpan Interval, TimeSpan Timeout, double Objective);

/// <summary>A stretch of time in which a client was not served.</summary>
/// <param name="Since">The calendar's time at which the first attempt failed that found it.</param>
/// <param name="Length">So far; without what nobody measured.</param>
public sealed record Outage(DateTimeOffset Since, TimeSpan Length);

/// <summary>
/// What all attempts of one prober say together. Nothing counts as an outage before the first attempt that was served: until then the
/// probe itself may be at fault.
/// </summary>
public sealed record ProbeRecord(ProbeLimits Limits)
{
    /// <summary>A failure or a wait that lasts longer than it may by this much was slept through, and says nothing: the host or the agent stood still.</summary>
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);

    private const int RatioDigits = 6;

    public long Attempts { get; private init; }

    /// <summary>How often each kind of failure was met; a kind that never was is not there.</summary>
    public ImmutableSortedDictionary<ProbeOutcome, long> Failures { get; private init; } = ImmutableSortedDictionary<ProbeOutcome, long>.Empty;

    public LatencyHistogram Connects { get; private init; } = LatencyHistogram.Empty;

    public LatencyHistogram Writes { get; private init; } = LatencyHistogram.Empty;

    public LatencyHistogram Reads { get; private init; } = LatencyHistogram.Empty;

    public RecentLatency RecentWrites { get; private init; } = RecentLatency.Empty;

    public ServiceTime Total { get; private init; }

    public ServiceHistory History { get; init; } = ServiceHistory.Empty;

    /// <summary>Some attempt was served.</summary>
    public bool HasServed { get; private init; }

    /// <summary>The one that goes on; null while clients are served, and before they ever were.</summary>
    public Outage? Present { get; private init; }

    public Outage? Last { get; private init; }

    public TimeSpan Longest { get; private init; }

    public long Outages { get; private init; }

    /// <summary>Why the last attempt failed; null when it did not.</summary>
    public string? Trouble { get; private init; }

    private TimeSpan? EndedAt { get; init; }

    public bool IsServed => HasServed && Present is null;

    public ProbeRecord Add(ProbeAttempt attempt)
    {
        var isServed = attempt.Outcome == ProbeOutcome.Served;
        if (!isServed && attempt.Duration > Limits.Timeout + Slack)
        {
            return this with { Attempts = Attempts + 1, EndedAt = attempt.EndedAt };
        }

        var time = Measure(attempt);
        var outage = HasServed && (Present is not null || !isServed)
            ? new Outage(Present?.Since ?? (attempt.At - attempt.Duration), (Present?.Length ?? TimeSpan.Zero) + time.Down)
            : null;
        return this with
        {
            Attempts = Attempts + 1,
            Failures = isServed ? Failures : Failures.SetItem(attempt.Outcome, Failures.GetValueOrDefault(attempt.Outcome) + 1),
            Connects = Connects.Add(attempt.Connect),
            Writes = Writes.Add(attempt.Write),
            Reads = Reads.Add(attempt.Read),
            RecentWrites = RecentWrites.Add(attempt.EndedAt, attempt.Write),
            Total = Total + time,
            History = time == default ? History : History.Add(attempt.At, time),
            HasServed = HasServed || isServed,
            Present = isServed ? null : outage,
            Last = isServed && outage is not null ? outage : Last,
            Longest = outage?.Length > Longest ? outage.Length : Longest,
            Outages = Outages + (Present is null && outage is not null ? 1 : 0),
            Trouble = attempt.Trouble,
            EndedAt = attempt.EndedAt,
        };
    }

    /// <summary>What other members are told; null while nothing was measured.</summary>
    public ProbeReport? ReportAt(DateTimeOffset now) => HasServed
        ? new(Present?.Since, Math.Round(History.BurnRateNow(Limits.Objective, now), 1), History.Over(ServiceHistory.Hour, now).LostWrites)
        {
            Writes = RecentWrites.Latency,
            LastOutage = Last,
            Availability = History.Over(ServiceHistory.Month, now).Availability is { } part ? Math.Round(part, RatioDigits) : null,
            BudgetLeft = Math.Round(History.BudgetLeft(Limits.Objective, now), RatioDigits),
        }
        : null;

    /// <summary>The wait before an attempt counts as what was before it; the attempt itself is an outage's unless it is served outside of one.</summary>
    private ServiceTime Measure(ProbeAttempt attempt)
    {
        var lost = new ServiceTime(TimeSpan.Zero, TimeSpan.Zero, attempt.LostWrites);
        if (!HasServed)
        {
            return lost;
        }

        var wait = EndedAt is { } ended && attempt.StartedAt - ended <= Limits.Interval + Slack ? attempt.StartedAt - ended : TimeSpan.Zero;
        var duration = attempt.Duration <= Limits.Timeout + Slack ? attempt.Duration : TimeSpan.Zero;
        return lost + (Present, attempt.Outcome) switch
        {
            (not null, _) => new ServiceTime(TimeSpan.Zero, wait + duration, 0),
            (null, ProbeOutcome.Served) => new ServiceTime(wait + duration, TimeSpan.Zero, 0),
            _ => new ServiceTime(wait, duration, 0),
        };
    }
}
