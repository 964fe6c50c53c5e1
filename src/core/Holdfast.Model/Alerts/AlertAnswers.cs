using System.Collections.Immutable;

namespace Holdfast.Model.Alerts;

/// <summary>What people have said of alerts; in the store, where every member's REST interface writes it and the evaluator reads it.</summary>
public sealed record AlertAnswers(ImmutableArray<AlertSilence> Silences, ImmutableArray<AlertAcknowledgement> Acknowledgements)
{
    public static readonly AlertAnswers Empty = new([], []);

    public bool Equals(AlertAnswers? other) =>
        other is not null && Silences.SequenceEqual(other.Silences) && Acknowledgements.SequenceEqual(other.Acknowledgements);

    public override int GetHashCode() => HashCode.Combine(Silences.Length, Acknowledgements.Length);
}

/// <summary>Nobody is told of what it fits until it ends.</summary>
/// <param name="Id">Its name among the silences.</param>
/// <param name="Rule">Of this rule alone; null: of any.</param>
/// <param name="Member">Of this member alone; null: of any, and of the cluster.</param>
/// <param name="StartsAt">When it was asked for.</param>
/// <param name="EndsAt">From then on it is none.</param>
/// <param name="By">Who asked.</param>
/// <param name="Comment">Why; empty when nobody said.</param>
public sealed record AlertSilence(string Id, string? Rule, string? Member, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string By, string Comment)
{
    public bool Covers(ActiveAlert alert, DateTimeOffset now) =>
        now < EndsAt && (Rule is null || Rule == alert.Rule) && (Member is null || Member == alert.Member);
}

/// <summary>Somebody has taken an alert in hand. It counts until the alert is over: one that fires again needs another.</summary>
/// <param name="Key">Of the alert.</param>
/// <param name="FiringSince">Of the alert as it was seen then.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <param name="Comment">Empty when nothing was said.</param>
public sealed record AlertAcknowledgement(string Key, DateTimeOffset FiringSince, string By, DateTimeOffset At, string Comment);
