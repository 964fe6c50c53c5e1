using System.Threading.Channels;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Tests;

/// <summary>A target in memory, which does with a notification what it is told.</summary>
internal sealed class RecordingNotifier(string name) : INotifier
{
    private readonly Channel<Notification> received = Channel.CreateUnbounded<Notification>();

    public string Name => name;

    public TimeSpan? RepeatInterval { get; init; }

    public bool TakesAcknowledgements { get; init; }

    /// <summary>What becomes of an attempt; at first it is taken.</summary>
    public Func<Notification, CancellationToken, Task> Behaviour { get; set; } = (_, _) => Task.CompletedTask;

    public bool IsDisposed { get; private set; }

    public bool HasMore => received.Reader.TryPeek(out _);

    public static Task RefuseAsync(bool isWorthRetrying, TimeSpan? retryAfter) =>
        Task.FromException(new NotificationFailedException("it says no", isWorthRetrying, null) { RetryAfter = retryAfter });

    public async Task NotifyAsync(Notification notification, CancellationToken cancellationToken)
    {
        received.Writer.TryWrite(notification);
        await Behaviour(notification, cancellationToken);
    }

    /// <summary>The next attempt.</summary>
    public async Task<Notification> NextAsync(CancellationToken cancellationToken) => await received.Reader.ReadAsync(cancellationToken);

    public void Dispose() => IsDisposed = true;
}
