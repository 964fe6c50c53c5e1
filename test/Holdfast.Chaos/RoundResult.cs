using System.Globalization;

namespace Holdfast.Chaos;

/// <summary>What a round of attacks did to the clients. A time that nobody measured is null, never a guess.</summary>
internal sealed record RoundResult
{
    public required int Seed { get; init; }

    public required IReadOnlyList<Attack> Attacks { get; init; }

    /// <summary>The longest time between two acknowledged writes; null when the writes never came back.</summary>
    public required TimeSpan? Gap { get; init; }

    public required int Acknowledged { get; init; }

    /// <summary>Acknowledged rows that are missing; null when no server could be asked.</summary>
    public required int? Lost { get; init; }

    public required long? Duplicates { get; init; }

    /// <summary>Writes acknowledged by a server that another one had replaced.</summary>
    public required int SecondWriter { get; init; }

    /// <summary>From the round's first attack until every member streamed again and a synchronous standby was recorded.</summary>
    public required TimeSpan? Redundancy { get; init; }

    /// <summary>Agents that ended although nobody killed them.</summary>
    public required int Ended { get; init; }

    /// <summary>What the cluster said of itself last.</summary>
    public required string Words { get; init; }

    public bool IsGood => Gap is not null && Lost == 0 && Duplicates == 0 && SecondWriter == 0 && Redundancy is not null;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        seed {Seed}: {string.Join("; ", Attacks.Select(attack => attack.Words))}
           gap {Seconds(Gap)}, {Acknowledged} acknowledged, {Number(Lost)} lost, {Number(Duplicates)} twice, {SecondWriter} by a second writer, redundant after {Seconds(Redundancy)}{Remarks}
        """);

    private string Remarks =>
        (Ended > 0 ? string.Create(CultureInfo.InvariantCulture, $", {Ended} agents started again that had ended by themselves") : "")
        + (IsGood ? "" : $" ({Words})");

    private static string Seconds(TimeSpan? span) =>
        span is { } known ? string.Create(CultureInfo.InvariantCulture, $"{known.TotalSeconds:0.0} s") : "never";

    private static string Number(long? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "unknown";
}
