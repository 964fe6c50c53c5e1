using Holdfast.Model.Probes;

namespace Holdfast.Api.Tests;

/// <summary>What a prober may have met.</summary>
internal static class ProbeRecords
{
    private static readonly DateTimeOffset At = TimeProvider.System.GetUtcNow();

    /// <summary>Served, away for 2.25 s, served again, and then three writes lost.</summary>
    public static ProbeRecord Failing { get; } = new ProbeRecord(new(TimeSpan.FromSeconds(0.25), TimeSpan.FromSeconds(2), 0.9995))
        .Add(Attempt(0, 0.004, ProbeOutcome.Served))
        .Add(Attempt(0.254, 2, ProbeOutcome.Timeout))
        .Add(Attempt(2.254, 0.25, ProbeOutcome.Served))
        .Add(Attempt(2.754, 0.1, ProbeOutcome.Mismatch) with { LostWrites = 3, Trouble = "3 acknowledged writes are gone" });

    private static ProbeAttempt Attempt(double start, double seconds, ProbeOutcome outcome) => new()
    {
        Outcome = outcome,
        StartedAt = TimeSpan.FromSeconds(start),
        EndedAt = TimeSpan.FromSeconds(start + seconds),
        At = At,
        Write = outcome == ProbeOutcome.Timeout ? null : TimeSpan.FromSeconds(0.004),
    };
}
