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

    /// <summary>For so long nobody may look whether a matter is to be escalated, when its process ends and another one goes on.</summary>
    private static readonly TimeSpan HandoverMax = TimeSpan.FromMinutes(2);
    private readonly Lock gate = new();
    private readonly CancellationTokenSource ending = new();
    private readonly Escalations escalations = new(WatchesMax);
    private readonly Rest rest;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Func<double> jitter;
    private readonly Task escalating;
    private ImmutableArray<Channel> channels;
    private long droppedTold;
    private TimeSpan? complainedAt;

    /// <param name="targets">Whom to tell; the center disposes of their notifiers.</param>
    /// <param name="jitter">A number from 0 to 1, another one each time.</param>
    /// <param name="time">Waits and time-outs go by it.</param>
    /// <param name="logger">Says what could not be told.</param>
    public NotificationCenter(ImmutableArray<NotificationTarget> targets, Func<double> jitter, TimeProvider time, ILogger<NotificationCenter> logger)
    {
        this.jitter = jitter;
        this.time = time;
        this.logger = logger;
        rest = new Rest(time);
        channels = [.. targets.Select(target => Open(target, null))];
        escalating = EscalateAsync(ending.Token);
    }

    public void Post(Notification notification)
    {
        lock (gate)
        {
            if (notification.IsLeft)
            {
                Leave(notification.Key);
                return;
            }

            escalations.Update(notification);
            foreach (var channel in channels)
            {
                Offer(channel, notification, isEscalated: false);
            }

            if (notification.IsSilenced || notification.AcknowledgedBy is not null)
            {
                escalations.Acknowledge(notification.Key);
            }
        }
    }

    /// <summary>
    /// Tells these targets from now on. One that had the name before knows what that one knows, and is told what that one was still to be
    /// told; one whose name is new hears of what begins from now on. The center disposes of the notifiers of both.
    /// </summary>
    public async Task ReloadAsync(ImmutableArray<NotificationTarget> targets)
    {
        ImmutableArray<Channel> former;
        lock (gate)
        {
            former = channels;
            channels = [.. targets.Select(target => Open(target, former.FirstOrDefault(channel => channel.Target.Name == target.Name)?.Queue))];
        }

        await EndAsync(former);
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
        await escalating;
        await EndAsync(channels);
        ending.Dispose();
    }

    private static async Task EndAsync(ImmutableArray<Channel> ended)
    {
        foreach (var channel in ended)
        {
            await channel.Ending.CancelAsync();
            await channel.Running;
            channel.Target.Notifier.Dispose();
            channel.Ending.Dispose();
        }
    }

    private Channel Open(NotificationTarget target, TargetQueue? former)
    {
        var queue = new TargetQueue(target, jitter);
        if (former is not null)
        {
            queue.TakeOver(former);
        }

#pragma warning disable CA2000 // It is disposed of with its channel.
        var end = CancellationTokenSource.CreateLinkedTokenSource(ending.Token);
#pragma warning restore CA2000
        var worker = new TargetWorker(target, queue, gate, time, logger);
        return new Channel(target, queue, worker, end, worker.RunAsync(end.Token));
    }

    private void Leave(string key)
    {
        escalations.Forget(key);
        foreach (var channel in channels)
        {
            channel.Queue.Leave(key);
        }
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
        if (channel.Target is not { EscalateAfter: { } after, EscalateTo.IsEmpty: false } target)
        {
            return;
        }

        if (offer == Reception.Begun)
        {
            Watch(notification, notification.IsEscalated ? now : now + after, target.EscalateTo);
        }
        else if (offer == Reception.Known)
        {
            WatchOn(notification, now, after, target.EscalateTo);
        }
    }

    /// <summary>
    /// Goes on with what another process has begun. If the moment has passed just now, that process may have gone before it came; if it
    /// was longer ago, the others were told as well.
    /// </summary>
    private void WatchOn(Notification notification, TimeSpan now, TimeSpan after, ImmutableArray<string> targets)
    {
        var left = notification.StartedAt + after - time.GetUtcNow();
        if (!notification.IsEscalated && left > -HandoverMax)
        {
            Watch(notification with { IsKnown = false }, now + (left > TimeSpan.Zero ? left : TimeSpan.Zero), targets);
            return;
        }

        foreach (var other in channels.Where(other => targets.Contains(other.Target.Name)))
        {
            Offer(other, notification, isEscalated: true);
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

    private sealed record Channel(NotificationTarget Target, TargetQueue Queue, TargetWorker Worker, CancellationTokenSource Ending, Task Running);
}
