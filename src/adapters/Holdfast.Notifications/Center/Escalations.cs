using System.Collections.Immutable;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Center;

/// <summary>Which firing notifications nobody has taken in hand yet, and who is told of them next. Has no clock and no lock.</summary>
internal sealed class Escalations(int limit)
{
    private readonly Dictionary<string, Watch> watches = new(StringComparer.Ordinal);

    public TimeSpan? DueAt => watches.Values.Min(watch => watch.DueAt);

    /// <summary>Somebody was told of it, and others are to be told at <paramref name="dueAt"/>. False: too many are watched already.</summary>
    public bool Begin(Notification notification, TimeSpan dueAt, ImmutableArray<string> targets)
    {
        if (!watches.TryGetValue(notification.Key, out var watch))
        {
            if (watches.Count >= limit)
            {
                return false;
            }

            watches[notification.Key] = watch = new Watch(notification);
        }

        if (!watch.IsAcknowledged)
        {
            watch.Steps.Add(new Step(dueAt, targets));
        }

        return true;
    }

    public void Forget(string key) => watches.Remove(key);

    public void Update(Notification notification)
    {
        if (notification.IsResolved)
        {
            watches.Remove(notification.Key);
        }
        else if (watches.TryGetValue(notification.Key, out var watch))
        {
            watch.Latest = notification;
        }
    }

    /// <summary>Until it is over, it is escalated no further. False: it is not waiting to be.</summary>
    public bool Acknowledge(string key)
    {
        if (!watches.TryGetValue(key, out var watch))
        {
            return false;
        }

        watch.IsAcknowledged = true;
        watch.Steps.Clear();
        return true;
    }

    /// <summary>Whom to tell of what, now.</summary>
    public ImmutableArray<Escalation> TakeDue(TimeSpan now)
    {
        var due = ImmutableArray.CreateBuilder<Escalation>();
        foreach (var watch in watches.Values)
        {
            due.AddRange(watch.Steps.Where(step => step.DueAt <= now).SelectMany(step => step.Targets).Select(target => new Escalation(watch.Latest, target)));
            watch.Steps.RemoveAll(step => step.DueAt <= now);
        }

        return due.ToImmutable();
    }

    private sealed record Step(TimeSpan DueAt, ImmutableArray<string> Targets);

    private sealed class Watch(Notification latest)
    {
        public Notification Latest { get; set; } = latest;

        public bool IsAcknowledged { get; set; }

        public List<Step> Steps { get; } = [];

        public TimeSpan? DueAt => Steps.Count == 0 ? null : Steps.Min(step => step.DueAt);
    }
}

internal sealed record Escalation(Notification Notification, string Target);
