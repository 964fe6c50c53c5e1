namespace Holdfast.Model.Probes;

/// <summary>What a member tells the others of its end-to-end probe.</summary>
/// <param name="FailingSince">The calendar's time; null while clients are served.</param>
/// <param name="BurnRate">How many times as fast as it may the error budget is used up now.</param>
/// <param name="LostWrites">Acknowledged writes that were found to be gone in the last hour.</param>
public sealed record ProbeReport(DateTimeOffset? FailingSince, double BurnRate, long LostWrites);
