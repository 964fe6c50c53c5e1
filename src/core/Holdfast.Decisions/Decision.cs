using System.Collections.Immutable;

namespace Holdfast.Decisions;

/// <summary>What is to be done about one concern, which rule says so, and why, in words for people.</summary>
public sealed record Decision(Rule Rule, string Reason, params ImmutableArray<HaAction> Actions)
{
    public bool Equals(Decision? other) =>
        other is not null && Rule == other.Rule && Reason == other.Reason && Actions.SequenceEqual(other.Actions);

    public override int GetHashCode() => HashCode.Combine(Rule, Reason, Actions.Length);
}

/// <summary>One turn of the agent: a decision for each concern, in the order in which they are carried out.</summary>
public sealed record Turn(Decision Leadership, Decision Synchrony, Decision Session, Decision Reporting, Decision Alerting, TimeSpan WakeAt)
{
    public IEnumerable<(string Concern, Decision Decision)> Decisions =>
    [
        (nameof(Leadership), Leadership),
        (nameof(Synchrony), Synchrony),
        (nameof(Session), Session),
        (nameof(Reporting), Reporting),
        (nameof(Alerting), Alerting),
    ];
}
