namespace Holdfast.Api.Contracts;

/// <summary>What clients of a member's router meet, by its end-to-end probe, since its agent began. Ratios are from 0 to 1.</summary>
public sealed record ProbeStatus
{
    /// <summary>waiting (it was never served yet), served or failing.</summary>
    public required string State { get; init; }

    /// <summary>Why the last attempt was not served.</summary>
    public string? Trouble { get; init; }

    public required double Objective { get; init; }

    /// <summary>Of the error budget of thirty days; below 0 when it is overdrawn.</summary>
    public required double BudgetLeft { get; init; }

    /// <summary>Of the measured time in the last hour; absent where nothing was measured.</summary>
    public double? Availability1h { get; init; }

    public double? Availability1d { get; init; }

    public double? Availability30d { get; init; }

    /// <summary>How many times as fast as it may the budget was used up in the last hour.</summary>
    public required double BurnRate1h { get; init; }

    public required long Attempts { get; init; }

    public required long Failures { get; init; }

    /// <summary>Acknowledged writes that were found to be gone.</summary>
    public required long LostWrites { get; init; }

    public required long Outages { get; init; }

    /// <summary>The one that goes on, or the last one; absent when there was none.</summary>
    public OutageStatus? LastOutage { get; init; }

    public required double LongestOutageSeconds { get; init; }

    /// <summary>The middle one of all acknowledged writes is not slower than this, by the histogram's buckets; absent before there are any.</summary>
    public double? WriteMedianSeconds { get; init; }

    /// <summary>Of a hundred acknowledged writes one is slower than this, by the histogram's buckets.</summary>
    public double? WriteP99Seconds { get; init; }
}

/// <summary>A stretch of time in which clients were not served.</summary>
public sealed record OutageStatus(DateTimeOffset Since, double Seconds, bool IsOver);
