using System.Collections.Immutable;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Ports.Notifications;

namespace Holdfast.Api.Metrics;

/// <summary>What has become of what people were to be told.</summary>
internal static class NotificationMetrics
{
    public static void Write(MetricList list, ImmutableArray<TargetCounters> targets)
    {
        MetricSample[] Each(Func<TargetCounters, double> value) => [.. targets.Select(target => new MetricSample("target", target.Target, value(target)))];
        list.Counter("holdfast_notifications_sent_total", "Notifications that the target has taken.", Each(target => target.Sent));
        list.Counter("holdfast_notifications_failed_total", "Notifications that the target has refused, or that were given up.", Each(target => target.Failed));
        list.Counter("holdfast_notifications_dropped_total", "Notifications that were lost since the target's queue was full.", Each(target => target.Dropped));
        list.Gauge("holdfast_notifications_queued", "Notifications that wait for the target.", Each(target => target.Queued));
    }
}
