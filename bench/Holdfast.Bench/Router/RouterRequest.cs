namespace Holdfast.Bench.Router;

/// <summary>What can be measured apart from the rest, in the order in which it is.</summary>
internal enum RouterPart
{
    /// <summary>Short queries through a TCP relay, beside HAProxy.</summary>
    Throughput,

    /// <summary>Short queries in session mode, beside PgBouncer.</summary>
    Session,

    /// <summary>New connections.</summary>
    Connect,

    /// <summary>One bulk stream.</summary>
    Copy,

    /// <summary>Memory of connections that say nothing.</summary>
    Idle,

    /// <summary>A member whose port refuses.</summary>
    Refused,

    /// <summary>The primary's PostgreSQL is killed.</summary>
    Failover,

    /// <summary>The primary hands over while sessions are open.</summary>
    Switchover,

    /// <summary>Real drivers for minutes, through switchovers and crashes. Only when it is asked for: it takes twice its length.</summary>
    Drivers,
}

/// <summary>What is to be measured.</summary>
/// <param name="Rounds">How often.</param>
/// <param name="Program">Holdfast's executable.</param>
/// <param name="Parts">What.</param>
/// <param name="Length">Of each half of the drivers' part.</param>
/// <param name="IsJson">Whether the last line is JSON.</param>
/// <param name="Output">The file for the table; null: none is written.</param>
/// <param name="CommandLine">As somebody would repeat it.</param>
internal sealed record RouterRequest(
    int Rounds,
    IReadOnlyList<string> Program,
    IReadOnlySet<RouterPart> Parts,
    TimeSpan Length,
    bool IsJson,
    string? Output,
    string CommandLine);
