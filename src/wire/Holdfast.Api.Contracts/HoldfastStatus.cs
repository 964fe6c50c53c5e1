namespace Holdfast.Api.Contracts;

/// <summary>What Patroni has no words for: the body of <c>/holdfast/v1/status</c>.</summary>
public sealed record HoldfastStatus
{
    public required string Scope { get; init; }

    public required string Name { get; init; }

    public required string Version { get; init; }

    public required string Role { get; init; }

    public required string State { get; init; }

    public string? Leader { get; init; }

    public long? Term { get; init; }

    public required bool HoldsLease { get; init; }

    /// <summary>How long until this primary must be dead unless its lease is renewed.</summary>
    public long? FenceInMs { get; init; }

    /// <summary>Every fence by name, and whether it would act.</summary>
    public required IReadOnlyDictionary<string, bool> Fences { get; init; }

    public required bool Pause { get; init; }

    public required StoreStatus Store { get; init; }

    public JobStatus? Job { get; init; }

    public DiskStatus? Disk { get; init; }

    /// <summary>Who may lead without losing an acknowledged write, while synchronous mode is on.</summary>
    public IReadOnlyList<string>? SynchronousStandbys { get; init; }

    public string? Trouble { get; init; }

    /// <summary>Absent where no probe is configured.</summary>
    public ProbeStatus? Probe { get; init; }

    public DecisionEntry? Decision { get; init; }

    public required IReadOnlyList<string> Warnings { get; init; }
}

public sealed record StoreStatus
{
    public required bool IsKnown { get; init; }

    public required long AgeMs { get; init; }

    public required long Revision { get; init; }
}

public sealed record JobStatus
{
    public required string Kind { get; init; }

    public required string State { get; init; }

    public required string Progress { get; init; }
}

public sealed record DiskStatus
{
    public required long FreeBytes { get; init; }

    public required long TotalBytes { get; init; }

    public required long DataBytes { get; init; }
}

/// <summary>The last decisions of one member, oldest first: the body of <c>/holdfast/v1/decisions</c>.</summary>
public sealed record DecisionList
{
    public required string Scope { get; init; }

    public required string Name { get; init; }

    public required IReadOnlyList<DecisionEntry> Decisions { get; init; }
}

public sealed record DecisionEntry
{
    public required string At { get; init; }

    public required string Concern { get; init; }

    public required string Rule { get; init; }

    public required string Reason { get; init; }

    public required IReadOnlyList<string> Actions { get; init; }

    public required string Inputs { get; init; }

    /// <summary>How many turns in a row came to the same decision.</summary>
    public required int Repeats { get; init; }
}

/// <summary>An error of our own endpoints, <c>application/problem+json</c>.</summary>
public sealed record Problem
{
    public required string Type { get; init; }

    public required string Title { get; init; }

    public required int Status { get; init; }

    public string? Detail { get; init; }
}
