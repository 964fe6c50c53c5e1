using System.Collections.Immutable;

namespace Holdfast.Model.Alerts;

/// <summary>Everything that holds now and is, or may soon be, worth telling; in the store, so that the next evaluator goes on where the last one was.</summary>
public sealed record AlertBoard(ImmutableSortedDictionary<string, ActiveAlert> Alerts)
{
    public static readonly AlertBoard Empty = new(ImmutableSortedDictionary.Create<string, ActiveAlert>(StringComparer.Ordinal));

    public bool Equals(AlertBoard? other) => other is not null && Alerts.SequenceEqual(other.Alerts);

    public override int GetHashCode() => Alerts.Count;
}

/// <summary>One rule that holds for one subject.</summary>
public sealed record ActiveAlert
{
    public required string Rule { get; init; }

    /// <summary>A member's name; empty for the cluster.</summary>
    public required string Subject { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>Since when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Since when people are told; null while it does not hold for long enough.</summary>
    public DateTimeOffset? FiringSince { get; init; }

    /// <summary>Since when it does not hold any more; null while it does.</summary>
    public DateTimeOffset? OverSince { get; init; }

    /// <summary>In words.</summary>
    public required string Summary { get; init; }

    public string? Runbook { get; init; }

    public string Key => Subject.Length > 0 ? $"{Rule}/{Subject}" : Rule;
}

/// <summary>Something to tell.</summary>
public sealed record AlertChange(ActiveAlert Alert, bool IsResolved, DateTimeOffset At);
