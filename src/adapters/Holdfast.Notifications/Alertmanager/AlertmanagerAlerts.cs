using System.Collections.Immutable;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Alertmanager;

/// <summary>From a notification to labels and annotations that Alertmanager takes.</summary>
internal static class AlertmanagerAlerts
{
    public static AlertmanagerAlert Of(Notification notification, DateTimeOffset endsAt) => new()
    {
        Labels = Named([.. notification.Labels,
            new("alertname", NameOf(notification)),
            new("scope", notification.Scope),
            new("severity", SeverityOf(notification)),
            new("key", notification.Key)]),
        Annotations = Named([.. notification.Annotations,
            new("summary", notification.Title),
            new("description", notification.Text),
            .. notification.Choices.Select(choice => KeyValuePair.Create($"choice_{choice.Label.ToLowerInvariant()}", choice.Url))]),
        StartsAt = notification.StartedAt,
        EndsAt = endsAt,
        GeneratorUrl = notification.Link,
    };

    /// <summary>The label says it; otherwise the middle of a key such as <c>shop/ReplicaLag/node2</c> does.</summary>
    private static string NameOf(Notification notification) =>
        notification.Labels.GetValueOrDefault("alertname") ?? (notification.Key.Split('/') is [_, var middle, ..] ? middle : notification.Key);

    private static string SeverityOf(Notification notification) => notification.Severity switch
    {
        NotificationSeverity.Info => "info",
        NotificationSeverity.Warning => "warning",
        _ => "critical",
    };

    private static ImmutableSortedDictionary<string, string> Named(ImmutableArray<KeyValuePair<string, string>> pairs)
    {
        var named = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs.Where(pair => pair.Value.Length > 0))
        {
            named[LabelName(name)] = value;
        }

        return named.ToImmutable();
    }

    private static string LabelName(string name)
    {
        var letters = string.Concat(name.Select(letter => char.IsAsciiLetterOrDigit(letter) ? letter : '_'));
        return letters.Length > 0 && char.IsAsciiDigit(letters[0]) ? $"_{letters}" : letters;
    }
}
