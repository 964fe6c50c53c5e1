using System.Collections.Immutable;

namespace Holdfast.Model.Alerts;

/// <summary>Everything that holds now and is, or may soon be, worth telling; in the store, so that the next evaluator goes on where the last one was.</summary>
public sealed record AlertBoard(ImmutableSortedDictionary<string, ActiveAlert> Alerts)
{
    public static readonly AlertBoard Empty = new(ImmutableSortedDictionary.Create<string, ActiveAlert>(StringComparer.Ordinal));

    public bool Equals(AlertBoard? other) => other is not null && Alerts.Count == other.Alerts.Count && (Alerts == other.Alerts || Alerts.SequenceEqual(other.Alerts));

    public override int GetHashCode() => Alerts.Count;
}

/// <summary>One rule that holds for one subject.</summary>
public sealed record ActiveAlert
{
    public required string Rule { get; init; }

    /// <summary>A member's name, alone or with a part of it after a slash; empty for the cluster.</summary>
    public required string Subject { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>Since when it holds.</summary>
    public required DateTimeOffset Since { get; init; }

    /// <summary>Since when it has held for long enough; null while it has not.</summary>
    public DateTimeOffset? FiringSince { get; init; }

    /// <summary>Since when it does not hold any more; null while it does.</summary>
    public DateTimeOffset? OverSince { get; init; }

    /// <summary>In words.</summary>
    public required string Summary { get; init; }

    public string? Runbook { get; init; }

    /// <summary>The question that was told; null where nobody is asked. See <see cref="AlertSample.Asked"/>.</summary>
    public long? Asked { get; init; }

    /// <summary>Those whom others escalate to are told at once.</summary>
    public bool IsEscalated { get; init; }

    /// <summary>People were told that it fires.</summary>
    public bool IsTold { get; init; }

    /// <summary>The silence that keeps it from being told; null for none.</summary>
    public string? SilencedBy { get; init; }

    /// <summary>Who has taken it in hand; null while nobody has.</summary>
    public AlertAcknowledgement? Acknowledged { get; init; }

    public string Key => Subject.Length > 0 ? $"{Rule}/{Subject}" : Rule;

    /// <summary>Empty for the cluster.</summary>
    public string Member => Subject.IndexOf('/', StringComparison.Ordinal) is >= 0 and var end ? Subject[..end] : Subject;

    /// <summary>Which of several of the member's; null where it has one.</summary>
    public string? Part => Subject.Length > Member.Length ? Subject[(Member.Length + 1)..] : null;
}

/// <summary>Something to tell.</summary>
public sealed record AlertChange(ActiveAlert Alert, AlertNews News, DateTimeOffset At)
{
    public bool IsResolved => News == AlertNews.Over;
}

public enum AlertNews
{
    Fires,

    /// <summary>Somebody has taken it in hand.</summary>
    Acknowledged,

    /// <summary>Nobody else is told from now on.</summary>
    Silenced,
    Over,
}
