namespace Holdfast.Api.Contracts;

/// <summary>Answers <c>GET /holdfast/v1/alerts</c>: what fires, and what holds and does not fire yet.</summary>
public sealed record AlertList
{
    public required string Scope { get; init; }

    public IReadOnlyList<AlertStatus> Alerts { get; init; } = [];

    public IReadOnlyList<AlertRuleStatus> Rules { get; init; } = [];
}

public sealed record AlertStatus
{
    public required string Name { get; init; }

    /// <summary>A member's name; empty for the cluster.</summary>
    public required string Subject { get; init; }

    /// <summary>info, warning or critical.</summary>
    public required string Severity { get; init; }

    /// <summary>pending or firing.</summary>
    public required string State { get; init; }

    public required string Summary { get; init; }

    public required DateTimeOffset Since { get; init; }

    public DateTimeOffset? FiringSince { get; init; }

    public string? Runbook { get; init; }

    /// <summary>The rule's condition: <c>replication_lag_seconds > 60</c>; absent when the rule is gone.</summary>
    public string? When { get; init; }

    /// <summary>The figure as it is now; absent where only another member sees it.</summary>
    public double? Value { get; init; }
}

/// <summary>When people are told of what.</summary>
public sealed record AlertRuleStatus(string Name, string When, double ForSeconds, string Severity, string Summary);
