namespace Holdfast.Ports.Notifications;

/// <summary>One target that notifications can be delivered to, one at a time.</summary>
public interface INotifier : IDisposable
{
    string Name { get; }

    /// <summary>How often the target must be told again what still fires; null: once is enough.</summary>
    TimeSpan? RepeatInterval { get; }

    /// <summary>Whether the target is to hear that somebody has taken a matter in hand.</summary>
    bool TakesAcknowledgements { get; }

    /// <exception cref="NotificationFailedException">The target did not take it, or nobody knows whether it did.</exception>
    Task NotifyAsync(Notification notification, CancellationToken cancellationToken);
}
