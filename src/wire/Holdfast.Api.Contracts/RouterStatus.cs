namespace Holdfast.Api.Contracts;

/// <summary>Where a router takes clients: the body of its <c>/status</c>.</summary>
public sealed record RouterStatus
{
    public required string Version { get; init; }

    /// <summary>Clients' connections, all clusters together.</summary>
    public required int Connections { get; init; }

    public required int ConnectionsMax { get; init; }

    public required IReadOnlyList<RoutedClusterStatus> Clusters { get; init; }
}

public sealed record RoutedClusterStatus
{
    public required string Scope { get; init; }

    /// <summary>tcp or session.</summary>
    public required string Mode { get; init; }

    public required IReadOnlyList<string> ReadWrite { get; init; }

    public required IReadOnlyList<string> ReadOnly { get; init; }

    public required long Term { get; init; }

    /// <summary>Who takes writes; null for nobody.</summary>
    public string? Primary { get; init; }

    /// <summary>Why.</summary>
    public required string Reason { get; init; }

    public required int Connections { get; init; }

    /// <summary>Clients that wait for a primary now.</summary>
    public required int Held { get; init; }

    /// <summary>From the last change of leader, as this router saw it, to the first byte that came from the new primary.</summary>
    public double? LastRouteMs { get; init; }

    public required IReadOnlyList<RoutedMemberStatus> Members { get; init; }
}

public sealed record RoutedMemberStatus
{
    public required string Name { get; init; }

    public required string Address { get; init; }

    public required string Role { get; init; }

    public required bool TakesWrites { get; init; }

    public required bool TakesReads { get; init; }

    public required string Reason { get; init; }

    public required int Connections { get; init; }

    /// <summary>closed, open or half-open.</summary>
    public required string Breaker { get; init; }

    public long? LagBytes { get; init; }

    public double? LagSeconds { get; init; }

    /// <summary>A moving average of how long a connection takes to make.</summary>
    public required double ConnectMs { get; init; }
}
