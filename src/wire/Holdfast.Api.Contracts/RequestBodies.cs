namespace Holdfast.Api.Contracts;

/// <summary>The body of <c>POST /switchover</c> and <c>POST /failover</c>.</summary>
public sealed record SwitchoverBody
{
    public string? Leader { get; init; }

    public string? Candidate { get; init; }

    /// <summary>ISO 8601 with its time zone.</summary>
    public string? ScheduledAt { get; init; }
}

/// <summary>The body of <c>POST /restart</c>.</summary>
public sealed record RestartBody
{
    public bool? RestartPending { get; init; }

    public string? Role { get; init; }

    public string? PostgresVersion { get; init; }

    public string? Timeout { get; init; }

    public string? Schedule { get; init; }
}

/// <summary>The body of <c>POST /reinitialize</c>.</summary>
public sealed record ReinitializeBody
{
    public bool Force { get; init; }

    public bool FromLeader { get; init; }
}

/// <summary>The body of <c>POST /failsafe</c>: a leader that cannot reach the store asks to be confirmed.</summary>
public sealed record FailsafeBody
{
    public string? Name { get; init; }

    public string? ConnUrl { get; init; }

    public string? ApiUrl { get; init; }

    /// <summary>Beyond Patroni: for how many seconds the member is to promise not to lead.</summary>
    public double? Ttl { get; init; }
}
