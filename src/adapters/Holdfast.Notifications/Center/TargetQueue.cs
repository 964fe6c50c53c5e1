using System.Collections.Immutable;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Center;

/// <summary>
/// What one target has still to be told. It has no clock, no task and no lock: the center calls it, one call at a time. A target
/// that fails is left alone for a while, and what could not be delivered goes behind the rest, so that one notification which a
/// target cannot digest does not hold up the others; notifications of one key keep their order.
/// </summary>
internal sealed class TargetQueue(NotificationTarget target, Func<double> jitter)
{
    private static readonly TimeSpan RetryAfterMax = TimeSpan.FromHours(1);
    private readonly List<Delivery> waiting = [];
    private readonly ToldNotifications told = new(target.FiringMax);
    private readonly HashSet<string> left = new(StringComparer.Ordinal);
    private Delivery? underWay;
    private TimeSpan restingUntil = TimeSpan.Zero;
    private int failuresInRow;
    private long sent;
    private long failed;

    public long Dropped { get; private set; }

    public TargetCounters Counters => new(target.Name, sent, failed, Dropped, waiting.Count + (underWay is { IsRepeat: false } ? 1 : 0));

    /// <summary>Takes a notification in if the target wants it and does not know it.</summary>
    public Reception Offer(Notification notification, TimeSpan now, bool isEscalated)
    {
        left.Remove(notification.Key);
        var open = OpenOf(notification.Key);

        // One that began later is another: the end of the one before was told by another process.
        var isAnother = open is null || notification.StartedAt > open.StartedAt;
        if (isAnother && notification is { IsKnown: true, IsResolved: false } && (isEscalated || target.Wants(notification)))
        {
            told.Put(new Told(notification, now, true, target.Notifier.RepeatInterval is null ? null : now));
            return Reception.Known;
        }

        switch (notification.IsResolved)
        {
            case false when open?.Severity == notification.Severity && !isAnother && !IsNewsOfSomebody(open, notification):
                Freshen(notification);
                return Reception.Passed;
            case false when open is null && ((!isEscalated && !target.Wants(notification)) || notification.IsSilenced || notification.AcknowledgedBy is not null):
            case true when open is null:
                return Reception.Passed;
            case true when told.Find(notification.Key) is { IsTaken: false } && !IsChanging(notification.Key):
                told.Forget(notification.Key);
                return Reception.Passed;
        }

        waiting.Add(new Delivery(notification, now, isRepeat: false));
        Trim();
        return isAnother && !notification.IsResolved ? Reception.Begun : Reception.Queued;
    }

    /// <summary>What waits is still delivered, since nobody else knows that it is not; then it is forgotten.</summary>
    public void Leave(string key)
    {
        told.Forget(key);
        if (IsChanging(key))
        {
            left.Add(key);
        }
    }

    /// <summary>When there is something to deliver next; null when nothing is left to say.</summary>
    public TimeSpan? DueAt
    {
        get
        {
            var next = waiting.Count > 0 ? restingUntil : told.NextRepeat(IsChanging)?.RepeatAt;
            return next is { } due ? Later(due, restingUntil) : null;
        }
    }

    /// <summary>The next delivery, which the caller settles before it takes another; null when none is due.</summary>
    public Delivery? Take(TimeSpan now)
    {
        if (DueAt is not { } due || due > now)
        {
            return null;
        }

        if (waiting.Count == 0)
        {
            return underWay = new Delivery(told.NextRepeat(IsChanging)!.Notification, now, isRepeat: true);
        }

        underWay = waiting[0];
        waiting.RemoveAt(0);
        return underWay;
    }

    /// <summary>What became of the delivery that was taken.</summary>
    public Settlement Settle(Outcome outcome, TimeSpan now)
    {
        var delivery = underWay ?? throw new InvalidOperationException("nothing was taken");
        underWay = null;
        switch (outcome)
        {
            case Outcome.Taken:
                sent++;
                failuresInRow = 0;
                Remember(delivery, now, isTaken: true);
                return Settlement.Nothing;
            case Outcome.Refused:
                failed++;
                failuresInRow = 0;
                Remember(delivery, now, isTaken: told.Find(delivery.Key) is { IsTaken: true });
                return Settlement.Nothing;
            case Outcome.Failed failure:
                var rest = Rest(failure);
                restingUntil = now + rest;
                PutBack(delivery);
                return new Settlement(rest, GiveUpOnOld(now));
            default:
                throw new InvalidOperationException($"{outcome} is no outcome");
        }
    }

    /// <summary>Goes on where the queue was of a target that is told otherwise from now on. What that one has under way may arrive twice.</summary>
    public void TakeOver(TargetQueue former)
    {
        waiting.AddRange(former.underWay is { IsRepeat: false } delivery ? [delivery, .. former.waiting] : former.waiting);
        foreach (var known in former.told.All)
        {
            told.Put(known with { RepeatAt = target.Notifier.RepeatInterval is null || !known.IsTaken ? null : known.RepeatAt ?? known.At });
        }

        (sent, failed, Dropped) = (former.sent, former.failed, former.Dropped);
        Trim();
    }

    private static TimeSpan Later(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private bool IsChanging(string key) => underWay?.Key == key || waiting.Exists(delivery => delivery.Key == key);

    /// <summary>What the target knows or is about to know as firing.</summary>
    private Notification? OpenOf(string key)
    {
        var last = waiting.FindLast(delivery => delivery.Key == key) ?? (underWay?.Key == key ? underWay : null);
        var known = last?.Notification ?? told.Find(key)?.Notification;
        return known?.IsResolved == false ? known : null;
    }

    private bool IsNewsOfSomebody(Notification open, Notification notification) =>
        target.Notifier.TakesAcknowledgements && open.AcknowledgedBy is null && notification.AcknowledgedBy is not null;

    /// <summary>A repetition tells what is known now.</summary>
    private void Freshen(Notification notification)
    {
        if (told.Find(notification.Key) is { } known && !IsChanging(notification.Key))
        {
            told.Put(known with { Notification = notification });
        }
    }

    private void Remember(Delivery delivery, TimeSpan now, bool isTaken)
    {
        if (delivery.Notification.IsResolved || left.Remove(delivery.Key))
        {
            told.Forget(delivery.Key);
            return;
        }

        told.Put(new Told(delivery.Notification, now, isTaken, isTaken ? now + target.Notifier.RepeatInterval : null));
        RemoveOrphans(delivery.Key);
    }

    private TimeSpan Rest(Outcome.Failed failure)
    {
        var delay = BackOff.Delay(target, ++failuresInRow, jitter());
        var asked = failure.RetryAfter ?? TimeSpan.Zero;
        return Later(delay, asked < RetryAfterMax ? asked : RetryAfterMax);
    }

    private void PutBack(Delivery delivery)
    {
        if (delivery.IsRepeat)
        {
            return;
        }

        var next = waiting.FindIndex(other => other.Key == delivery.Key);
        waiting.Insert(next < 0 ? waiting.Count : next, delivery);
        Trim();
    }

    private ImmutableArray<string> GiveUpOnOld(TimeSpan now)
    {
        ImmutableArray<Delivery> old = [.. waiting.Where(delivery => now - delivery.Since >= target.GiveUpAfter)];
        failed += old.Sum(Remove);
        return [.. old.Select(delivery => delivery.Key)];
    }

    /// <summary>
    /// A full queue loses the oldest notification that a later one of its key has overtaken, else the oldest that fires: what people
    /// must not miss is that something they were told of is over.
    /// </summary>
    private void Trim()
    {
        while (waiting.Count > target.QueueMax)
        {
            var firing = waiting.Where(delivery => !delivery.Notification.IsResolved).ToArray();
            Dropped += Remove(Array.Find(firing, IsOvertaken) ?? firing.FirstOrDefault() ?? waiting[0]);
        }
    }

    private bool IsOvertaken(Delivery delivery) => waiting.FindLast(other => other.Key == delivery.Key) != delivery;

    /// <summary>Removes a notification, and the news of its end when nobody is told of its beginning.</summary>
    private int Remove(Delivery delivery)
    {
        if (!waiting.Remove(delivery))
        {
            return 0;
        }

        if (delivery.Notification.IsResolved)
        {
            told.Forget(delivery.Key);
        }

        return 1 + RemoveOrphans(delivery.Key);
    }

    private int RemoveOrphans(string key)
    {
        var isOpen = underWay?.Key == key ? !underWay.Notification.IsResolved : told.Find(key) is { IsTaken: true };
        var orphans = new List<Delivery>();
        foreach (var delivery in waiting.Where(delivery => delivery.Key == key))
        {
            if (delivery.Notification.IsResolved && !isOpen)
            {
                orphans.Add(delivery);
            }

            isOpen = !delivery.Notification.IsResolved;
        }

        if (orphans.Count > 0 && told.Find(key) is { IsTaken: false })
        {
            told.Forget(key);
        }

        return orphans.Count(waiting.Remove);
    }
}
