namespace Holdfast.Ports.Notifications;

/// <summary>A notification was not delivered. The message holds no secret of the target.</summary>
public sealed class NotificationFailedException(string message, bool isWorthRetrying, Exception? cause) : Exception(message, cause)
{
    /// <summary>False: the target refuses this notification, and would again.</summary>
    public bool IsWorthRetrying { get; } = isWorthRetrying;

    /// <summary>How long the target asks to be left alone.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
