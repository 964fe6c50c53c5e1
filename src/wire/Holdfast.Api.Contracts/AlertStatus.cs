namespace Holdfast.Api.Contracts;

/// <summary>Answers <c>GET /holdfast/v1/alerts</c>: what fires, and what holds and does not fire yet.</summary>
public sealed record AlertList
{
    public required string Scope { get; init; }

    public IReadOnlyList<AlertStatus> Alerts { get; init; } = [];

    /// <summary>Those that hold now.</summary>
    public IReadOnlyList<AlertSilenceStatus> Silences { get; init; } = [];

    public IReadOnlyList<AlertRuleStatus> Rules { get; init; } = [];
}

public sealed record AlertStatus
{
    /// <summary>What it is acknowledged by: <c>ReplicationLag/node2</c>.</summary>
    public string Id { get; init; } = "";

    public required string Name { get; init; }

    /// <summary>A member's name; empty for the cluster.</summary>
    public required string Subject { get; init; }

    /// <summary>info, warning or critical.</summary>
    public required string Severity { get; init; }

    /// <summary>pending, firing, silenced or acknowledged.</summary>
    public required string State { get; init; }

    public required string Summary { get; init; }

    public required DateTimeOffset Since { get; init; }

    public DateTimeOffset? FiringSince { get; init; }

    public string? Runbook { get; init; }

    /// <summary>The rule's condition: <c>replication_lag_seconds > 60</c>; absent when the rule is gone.</summary>
    public string? When { get; init; }

    /// <summary>The figure as it is now; absent where only another member sees it.</summary>
    public double? Value { get; init; }

    /// <summary>The id of the silence that keeps it from being told.</summary>
    public string? SilencedBy { get; init; }

    public string? AcknowledgedBy { get; init; }

    public DateTimeOffset? AcknowledgedAt { get; init; }

    public string? AcknowledgedComment { get; init; }
}

/// <summary>Until when nobody is told of what.</summary>
public sealed record AlertSilenceStatus
{
    public required string Id { get; init; }

    /// <summary>Of this rule alone; absent: of any.</summary>
    public string? Rule { get; init; }

    /// <summary>Of this member alone; absent: of any, and of the cluster.</summary>
    public string? Member { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    public required string By { get; init; }

    public required string Comment { get; init; }
}

/// <summary>Asks for a silence: <c>POST /holdfast/v1/alerts/silences</c>.</summary>
public sealed record AlertSilenceBody
{
    public string? Rule { get; init; }

    public string? Member { get; init; }

    /// <summary>True where neither a rule nor a member is named, and everything is meant.</summary>
    public bool? All { get; init; }

    /// <summary>How long it holds, in seconds or with a unit: <c>2h</c>.</summary>
    public required string For { get; init; }

    public string? Comment { get; init; }
}

/// <summary>Takes an alert in hand: <c>POST /holdfast/v1/alerts/acknowledge</c>.</summary>
public sealed record AlertAcknowledgeBody
{
    public required string Alert { get; init; }

    public string? Comment { get; init; }
}

/// <summary>When people are told of what.</summary>
public sealed record AlertRuleStatus(string Name, string When, double ForSeconds, string Severity, string Summary);
