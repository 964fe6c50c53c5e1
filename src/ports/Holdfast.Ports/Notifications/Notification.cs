using System.Collections.Immutable;

namespace Holdfast.Ports.Notifications;

/// <summary>One thing that people should know: that it began or has changed, or, resolved, that it is over.</summary>
public sealed record Notification
{
    private static readonly ImmutableSortedDictionary<string, string> Nothing = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The same for all that is told of one matter: <c>shop/ReplicaLag/node2</c>.</summary>
    public required string Key { get; init; }

    /// <summary>The cluster.</summary>
    public required string Scope { get; init; }

    public required NotificationSeverity Severity { get; init; }

    public bool IsResolved { get; init; }

    /// <summary>People were told of it already, by another process: only its end, and what must be repeated, is told from here.</summary>
    public bool IsKnown { get; init; }

    /// <summary>Who has taken the matter in hand, so that it is escalated no further; null while nobody has.</summary>
    public string? AcknowledgedBy { get; init; }

    /// <summary>It goes on, and nobody else is to be told of it.</summary>
    public bool IsSilenced { get; init; }

    /// <summary>Those whom its targets escalate to are told at once.</summary>
    public bool IsEscalated { get; init; }

    /// <summary>Another process tells of it from now on, its end too: it is repeated and escalated from here no more.</summary>
    public bool IsLeft { get; init; }

    /// <summary>One line.</summary>
    public required string Title { get; init; }

    /// <summary>Plain sentences.</summary>
    public required string Text { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What it is of, for machines that sort and route. <c>alertname</c> names its kind.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = Nothing;

    /// <summary>What else is known of it, for people.</summary>
    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = Nothing;

    /// <summary>The page that shows it, or says what to do.</summary>
    public string? Link { get; init; }

    /// <summary>What is asked; null for nothing.</summary>
    public NotificationQuestion? Question { get; init; }

    public ImmutableArray<NotificationChoice> Choices { get; init; } = [];
}

/// <summary>An answer that may be given by opening an address.</summary>
public sealed record NotificationChoice(string Label, string Url)
{
    /// <summary>The address is a right: whoever has it can answer.</summary>
    public override string ToString() => Label;
}

/// <summary>In rising order.</summary>
public enum NotificationSeverity
{
    Info,
    Warning,
    Critical,
}
