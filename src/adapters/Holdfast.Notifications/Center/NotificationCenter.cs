using System.Collections.Immutable;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications.Center;

/// <summary>
/// Tells every target what it wants to know: each state of a matter once, its end only where its beginning was told, and others
/// as well when it goes on and nobody has acknowledged it. Posting costs the caller nothing but a short lock.
/// </summary>
public sealed partial class NotificationCenter : INotifications, IAsyncDisposable
{
    private const int WatchesMax = 1000;
    private static readonly TimeSpan ComplainEvery = TimeSpan.FromSeconds(30);
    private readonly Lock gate = new();
    private readonly CancellationTokenSource ending = new();
    private readonly ImmutableArray<Channel> channels;
    private readonly Escalations escalations = new(WatchesMax);
    private readonly Rest rest;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Task running;
    private long droppedTold;
    private TimeSpan? complainedAt;

    /// <param name="targets">Whom to tell; the center disposes of their notifiers.</param>
    /// <param name="jitter">A number from 0 to 1, another one each time.</param>
    /// <param name="time">Waits and time-outs go by it.</param>
    /// <param name="logger">Says what could not be told.</param>
    public NotificationCenter(ImmutableArray<NotificationTarget> targets, Func<double> jitter, TimeProvider time, ILogger<NotificationCenter> logger)
    {
        this.time = time;
        this.logger = logger;
        rest = new Rest(time);
        channels = [.. targets.Select(target => Open(target, jitter))];
        running = Task.WhenAll([.. channels.Select(channel => channel.Worker.RunAsync(ending.Token)), EscalateAsync(ending.Token)]);
    }

    public void Post(Notification notification)
    {
        lock (gate)
        {
            escalations.Update(notification);
            foreach (var channel in channels)
            {
                Offer(channel, notification, isEscalated: false);
            }
        }
    }

    /// <summary>Somebody has taken the matter in hand: it is escalated no further until it is over. False: it was not going to be.</summary>
    public bool Acknowledge(string key)
    {
        lock (gate)
        {
            return escalations.Acknowledge(key);
        }
    }

    public ImmutableArray<TargetCounters> Counters()
    {
        lock (gate)
        {
            return [.. channels.Select(channel => channel.Queue.Counters)];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await running;
        foreach (var channel in channels)
        {
            channel.Target.Notifier.Dispose();
        }

        ending.Dispose();
    }

    private Channel Open(NotificationTarget target, Func<double> jitter)
    {
        var queue = new TargetQueue(target, jitter);
        return new Channel(target, queue, new TargetWorker(target, queue, gate, time, logger));
    }

    private void Offer(Channel channel, Notification notification, bool isEscalated)
    {
        var now = time.GetElapsedTime(0);
        var offer = channel.Queue.Offer(notification, now, isEscalated);
        if (offer == Reception.Passed)
        {
            return;
        }

        channel.Worker.Disturb();
        ComplainOfDrops(now);
        if (offer == Reception.Begun && channel.Target is { EscalateAfter: { } after, EscalateTo.IsEmpty: false } target)
        {
            Watch(notification, now + after, target.EscalateTo);
        }
    }

    private void Watch(Notification notification, TimeSpan dueAt, ImmutableArray<string> targets)
    {
        if (escalations.Begin(notification, dueAt, targets))
        {
            rest.Disturb();
        }
        else
        {
            LogTooMany(notification.Key, WatchesMax);
        }
    }

    private async Task EscalateAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await rest.WaitAsync(Escalate(), stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    /// <summary>Tells those whose turn has come. The answer: how long until the next turn.</summary>
    private TimeSpan? Escalate()
    {
        lock (gate)
        {
            foreach (var (notification, name) in escalations.TakeDue(time.GetElapsedTime(0)))
            {
                LogEscalated(notification.Key, name);
                foreach (var channel in channels.Where(channel => channel.Target.Name == name))
                {
                    Offer(channel, notification, isEscalated: true);
                }
            }

            return escalations.DueAt - time.GetElapsedTime(0);
        }
    }

    /// <summary>Losses are told once, and then now and then.</summary>
    private void ComplainOfDrops(TimeSpan now)
    {
        var dropped = channels.Sum(channel => channel.Queue.Dropped);
        if (dropped == droppedTold || now - complainedAt < ComplainEvery)
        {
            return;
        }

        var names = string.Join(", ", channels.Where(channel => channel.Queue.Dropped > 0).Select(channel => channel.Target.Name));
        LogDropped(dropped - droppedTold, names);
        (droppedTold, complainedAt) = (dropped, now);
    }

    [LoggerMessage(2311, LogLevel.Error, "{Count} notifications are lost: the queues of these targets are or were full: {Targets}")]
    private partial void LogDropped(long count, string targets);

    [LoggerMessage(2312, LogLevel.Warning, "Notification {Key} still fires and nobody has acknowledged it: {Target} is told too")]
    private partial void LogEscalated(string key, string target);

    [LoggerMessage(2313, LogLevel.Error, "Notification {Key} will not be escalated: {Limit} others are waiting to be")]
    private partial void LogTooMany(string key, int limit);

    private sealed record Channel(NotificationTarget Target, TargetQueue Queue, TargetWorker Worker);
}
