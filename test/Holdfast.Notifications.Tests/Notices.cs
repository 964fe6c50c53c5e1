using System.Collections.Immutable;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Tests;

/// <summary>Notifications to tell.</summary>
internal static class Notices
{
    public static readonly DateTimeOffset Noon = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    public static Notification Lag { get; } = new()
    {
        Key = "shop/ReplicaLag/node2",
        Scope = "shop",
        Severity = NotificationSeverity.Warning,
        Title = "node2 is 120 MB behind",
        Text = "The replica node2 replays more slowly than the primary writes.",
        StartedAt = Noon,
        Labels = Map(("alertname", "ReplicaLag"), ("member", "node2")),
        Annotations = Map(("lag", "120 MB")),
        Link = "https://docs.example/rules/ReplicaLag",
        Choices = [new("Approve", "https://shop.example/answer?a=1&k=x"), new("Reject", "https://shop.example/answer?a=0")],
    };

    public static Notification Plain(string name) => new()
    {
        Key = $"shop/{name}",
        Scope = "shop",
        Severity = NotificationSeverity.Warning,
        Title = name,
        Text = "Something is wrong.",
        StartedAt = Noon,
    };

    extension(Notification notification)
    {
        public Notification Resolved => notification with { IsResolved = true, EndedAt = notification.StartedAt + TimeSpan.FromMinutes(3) };

        public Notification Critical => notification with { Severity = NotificationSeverity.Critical };
    }

    public static ImmutableSortedDictionary<string, string> Map(params (string Name, string Value)[] pairs) =>
        pairs.ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal);
}
