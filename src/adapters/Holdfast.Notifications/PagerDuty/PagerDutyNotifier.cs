using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Holdfast.Notifications.Http;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.PagerDuty;

/// <summary>Triggers an incident, says that somebody has taken it in hand, and resolves it.</summary>
public sealed class PagerDutyNotifier(string name, PagerDutyOptions options, TimeProvider time) : INotifier
{
    private const int DedupKeyLettersMax = 255;
    private const int SummaryLettersMax = 1024;
    private readonly HttpDelivery http = new(options.Target with { Secrets = options.Target.Secrets.Add(options.RoutingKey) }, time);

    public string Name => name;

    public TimeSpan? RepeatInterval => null;

    public bool TakesAcknowledgements => true;

    public Task NotifyAsync(Notification notification, CancellationToken cancellationToken) =>
        http.PostAsync(JsonSerializer.SerializeToUtf8Bytes(Event(notification), PagerDutyJson.Default.PagerDutyEvent), [], cancellationToken);

    public void Dispose() => http.Dispose();

    private static PagerDutyPayload Payload(Notification notification)
    {
        var summary = $"{notification.Scope}: {notification.Title}";
        return new()
        {
            Summary = summary.Length <= SummaryLettersMax ? summary : summary[..(SummaryLettersMax - 3)] + "...",
            Source = notification.Labels.GetValueOrDefault("member", notification.Scope),
            Severity = notification.Severity.ToString().ToLowerInvariant(),
            Timestamp = notification.StartedAt,
            Group = notification.Scope,
            CustomDetails = notification.Annotations.SetItems(notification.Labels).SetItem("text", notification.Text),
        };
    }

    private static ImmutableArray<PagerDutyLink> Links(Notification notification)
    {
        var choices = notification.Choices.Select(choice => new PagerDutyLink(choice.Url, choice.Label));
        return [.. notification.Link is { } link ? choices.Append(new PagerDutyLink(link, "Open")) : choices];
    }

    /// <summary>A key that is too long for the API is shown by its hash.</summary>
    private static string DedupKey(string key) =>
        key.Length <= DedupKeyLettersMax ? key : Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));

    private PagerDutyEvent Event(Notification notification)
    {
        var dedupKey = DedupKey(notification.Key);
        return notification is { IsResolved: true } or { AcknowledgedBy: not null }
            ? new() { RoutingKey = options.RoutingKey, EventAction = notification.IsResolved ? "resolve" : "acknowledge", DedupKey = dedupKey }
            : new()
            {
                RoutingKey = options.RoutingKey,
                EventAction = "trigger",
                DedupKey = dedupKey,
                Payload = Payload(notification),
                Links = Links(notification),
                Client = "Holdfast",
            };
    }
}
