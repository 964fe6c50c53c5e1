using System.Collections.Immutable;

namespace Holdfast.Ports.Notifications;

/// <summary>Where whoever notices something says so.</summary>
public interface INotifications
{
    /// <summary>Takes note and returns at once; never throws. The same state of the same key may be posted again and again.</summary>
    void Post(Notification notification);

    /// <summary>What has become of every target's notifications.</summary>
    ImmutableArray<TargetCounters> Counters();
}
