using Holdfast.Model.Probes;

namespace Holdfast.Probes;

/// <summary>How a prober finds its way, and how often it goes.</summary>
public sealed record ProbeOptions
{
    /// <summary>The member beside which it runs: the row's name.</summary>
    public required string Member { get; init; }

    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>MySQL answers there, otherwise PostgreSQL.</summary>
    public bool IsMySql { get; init; }

    /// <summary>Where the row is in PostgreSQL; in MySQL it has a database of its own.</summary>
    public required string Database { get; init; }

    public required string Username { get; init; }

    public required string Password { get; init; }

    public ProbeTls Tls { get; init; } = ProbeTls.Prefer;

    /// <summary>PEM file of the authorities that the server's certificate is checked against; null: the system's.</summary>
    public string? CaFile { get; init; }

    public required ProbeLimits Limits { get; init; }

    /// <summary>Where what was measured outlives the agent; null: nowhere.</summary>
    public string? HistoryFile { get; init; }

    /// <summary>Whole seconds, which is how drivers count: no connection outlives its attempt by more.</summary>
    internal int DriverLimitSeconds => (int)Math.Ceiling(Limits.Timeout.TotalSeconds) + 1;

    public override string ToString() => $"{nameof(ProbeOptions)} {Member} {Host}:{Port}";
}

/// <summary>libpq's words for how the connection is protected.</summary>
public enum ProbeTls
{
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}
