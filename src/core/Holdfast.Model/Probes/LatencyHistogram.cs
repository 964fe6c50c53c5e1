using System.Collections.Immutable;

namespace Holdfast.Model.Probes;

/// <summary>How long something took, counted in buckets.</summary>
public sealed record LatencyHistogram
{
    /// <summary>The buckets' upper bounds in seconds, each included; one more bucket has none.</summary>
    public static readonly ImmutableArray<double> Bounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    public static readonly LatencyHistogram Empty = new();

    /// <summary>Of each bucket alone; the last one is the one without a bound.</summary>
    public ImmutableArray<long> Counts { get; private init; } = [.. Enumerable.Repeat(0L, Bounds.Length + 1)];

    /// <summary>Of all that was counted.</summary>
    public TimeSpan Sum { get; private init; }

    public long Count => Counts.Sum();

    /// <summary>The bound in seconds that so much of all does not exceed; null when nothing was counted, or more than the rest lies beyond the last bound.</summary>
    /// <param name="part">From 0 to 1.</param>
    public double? UpperBoundOf(double part)
    {
        var wanted = Math.Max(1, (long)Math.Ceiling(part * Count));
        var counted = 0L;
        for (var bucket = 0; bucket < Bounds.Length; bucket++)
        {
            counted += Counts[bucket];
            if (counted >= wanted)
            {
                return Bounds[bucket];
            }
        }

        return null;
    }

    public LatencyHistogram Add(TimeSpan? latency)
    {
        if (latency is not { } known)
        {
            return this;
        }

        var bucket = Bounds.TakeWhile(bound => known.TotalSeconds > bound).Count();
        return this with { Counts = Counts.SetItem(bucket, Counts[bucket] + 1), Sum = Sum + known };
    }
}
