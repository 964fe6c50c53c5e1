using System.Collections.Immutable;

namespace Holdfast.Model.Probes;

/// <summary>How long writes took lately.</summary>
/// <param name="Median">The middle one of them.</param>
/// <param name="Slowest">The one that took longest.</param>
public sealed record WriteLatency(TimeSpan Median, TimeSpan Slowest);

/// <summary>The writes that were acknowledged in the ten seconds up to the last attempt.</summary>
public sealed record RecentLatency
{
    public static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);
    public static readonly RecentLatency Empty = new();

    private static readonly TimeSpan Grain = TimeSpan.FromMilliseconds(0.1);

    private ImmutableArray<(TimeSpan At, TimeSpan Took)> Writes { get; init; } = [];

    /// <summary>To a tenth of a millisecond; null where no write was acknowledged.</summary>
    public WriteLatency? Latency
    {
        get
        {
            if (Writes.IsEmpty)
            {
                return null;
            }

            var sorted = Writes.Select(write => write.Took).Order().ToArray();
            return new(Rounded(sorted[sorted.Length / 2]), Rounded(sorted[^1]));
        }
    }

    /// <param name="at">The end of the attempt, on this host's monotonic clock.</param>
    /// <param name="took">Null: the write was not acknowledged.</param>
    public RecentLatency Add(TimeSpan at, TimeSpan? took)
    {
        var kept = Writes.Where(write => at - write.At < Kept);
        return new() { Writes = [.. took is { } known ? kept.Append((at, known)) : kept] };
    }

    private static TimeSpan Rounded(TimeSpan took) => Math.Round(took / Grain) * Grain;
}
