namespace Holdfast.Demo.Faults;

/// <summary>What one fault did to the clients. A time that nobody measured is null, never a guess.</summary>
public sealed record FaultResult
{
    public required Fault Fault { get; init; }

    public required string OldPrimary { get; init; }

    public required string? NewPrimary { get; init; }

    /// <summary>The longest time between two acknowledged writes; null when the writes never came back.</summary>
    public required TimeSpan? Gap { get; init; }

    /// <summary>From the fault until every member streamed again and a synchronous standby was recorded; null: not in time.</summary>
    public required TimeSpan? Redundancy { get; init; }

    /// <summary>How long the thawed old primary went on answering; only a freeze has one.</summary>
    public TimeSpan? Stale { get; init; }

    public required int Acknowledged { get; init; }

    /// <summary>Acknowledged rows that are missing; null when no server takes writes that could be asked.</summary>
    public required int? Lost { get; init; }

    /// <summary>Writes acknowledged by a server that another one had replaced.</summary>
    public required int SecondWriter { get; init; }

    public required Phases Phases { get; init; }

    public bool IsGood => Gap is not null && Redundancy is not null && Lost == 0 && SecondWriter == 0;
}
