namespace Holdfast.Model.Probes;

/// <summary>How one attempt of the end-to-end probe ended.</summary>
public enum ProbeOutcome
{
    /// <summary>The row was written, acknowledged and read back.</summary>
    Served,

    /// <summary>Nobody took the connection, or a server said that it takes none now.</summary>
    Refused,

    /// <summary>No answer came in time: the write may have happened.</summary>
    Timeout,

    /// <summary>The connection broke, or the server answered with an error: the write may have happened.</summary>
    Error,

    /// <summary>The row is not the one that was acknowledged.</summary>
    Mismatch,
}

/// <summary>One attempt to be served: connect where there is no connection, look at the row, write it, read it back.</summary>
public sealed record ProbeAttempt
{
    public required ProbeOutcome Outcome { get; init; }

    /// <summary>On this host's monotonic clock.</summary>
    public required TimeSpan StartedAt { get; init; }

    /// <summary>On this host's monotonic clock.</summary>
    public required TimeSpan EndedAt { get; init; }

    /// <summary>The calendar's time of the end.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>How long it took to connect and log in; null where that was not needed, or not done.</summary>
    public TimeSpan? Connect { get; init; }

    /// <summary>How long the write took; null when it was not acknowledged.</summary>
    public TimeSpan? Write { get; init; }

    /// <summary>How long it took to read back; null when that was not answered.</summary>
    public TimeSpan? Read { get; init; }

    /// <summary>Acknowledged writes that were found to be gone.</summary>
    public int LostWrites { get; init; }

    /// <summary>Why it was not served, in words; null when it was.</summary>
    public string? Trouble { get; init; }

    public TimeSpan Duration => EndedAt - StartedAt;
}
