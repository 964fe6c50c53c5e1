namespace Holdfast.Configuration;

/// <summary>The section <c>probe</c>: a canary row that is written and read as a client would do it.</summary>
public sealed record ProbeConfiguration
{
    /// <summary>Where clients connect to.</summary>
    public required HostPort Endpoint { get; init; }

    /// <summary>Of PostgreSQL; in MySQL the row has a database of its own.</summary>
    public string Database { get; init; } = "postgres";

    public required Credentials Login { get; init; }

    public ProbeTlsMode Tls { get; init; } = ProbeTlsMode.Prefer;

    public string? CaFile { get; init; }

    /// <summary>Between the end of one attempt and the start of the next.</summary>
    public TimeSpan Interval { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Of one attempt.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>In how much of thirty days clients are to be served, in percent.</summary>
    public decimal ObjectivePercent { get; init; } = 99.95m;
}

/// <summary>libpq's words for how the connection is protected.</summary>
public enum ProbeTlsMode
{
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}
