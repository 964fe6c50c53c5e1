namespace Holdfast.Model.Probes;

/// <summary>What a member tells the others of its end-to-end probe.</summary>
/// <param name="FailingSince">The calendar's time; null while clients are served.</param>
/// <param name="BurnRate">How many times as fast as it may the error budget is used up now.</param>
/// <param name="LostWrites">Acknowledged writes that were found to be gone in the last hour.</param>
public sealed record ProbeReport(DateTimeOffset? FailingSince, double BurnRate, long LostWrites)
{
    /// <summary>Null where no write was acknowledged lately.</summary>
    public WriteLatency? Writes { get; init; }

    /// <summary>The last one that is over.</summary>
    public Outage? LastOutage { get; init; }

    /// <summary>Of the measured time in thirty days, from 0 to 1; null where nothing was measured.</summary>
    public double? Availability { get; init; }

    /// <summary>Of the error budget of thirty days; below 0 when it is overdrawn.</summary>
    public double? BudgetLeft { get; init; }
}
