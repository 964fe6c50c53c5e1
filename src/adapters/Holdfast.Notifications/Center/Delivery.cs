using System.Collections.Immutable;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Center;

/// <summary>One notification on its way to one target. Two of the same content are still two.</summary>
internal sealed class Delivery(Notification notification, TimeSpan since, bool isRepeat)
{
    public Notification Notification => notification;

    public string Key => notification.Key;

    /// <summary>When it was put in the queue.</summary>
    public TimeSpan Since => since;

    /// <summary>The target has been told, and must be told again.</summary>
    public bool IsRepeat => isRepeat;
}

/// <summary>What became of a delivery.</summary>
internal abstract record Outcome
{
    private Outcome()
    {
    }

    public sealed record Taken : Outcome;

    /// <summary>The target refuses it, and would again.</summary>
    public sealed record Refused(string Why) : Outcome;

    /// <summary>It may or may not have arrived.</summary>
    public sealed record Failed(string Why, TimeSpan? RetryAfter) : Outcome;
}

/// <summary>What follows from the outcome of a delivery.</summary>
/// <param name="Rest">How long the target is left alone; null: it may be told the next at once.</param>
/// <param name="GivenUp">The keys of what had waited too long.</param>
internal sealed record Settlement(TimeSpan? Rest, ImmutableArray<string> GivenUp)
{
    public static Settlement Nothing { get; } = new(null, []);
}

/// <summary>What came of offering a notification to a target.</summary>
internal enum Reception
{
    /// <summary>The target knows it, or does not want it.</summary>
    Passed,

    /// <summary>Another process has told the target.</summary>
    Known,

    /// <summary>It is the first that the target hears of the matter.</summary>
    Begun,

    Queued,
}
