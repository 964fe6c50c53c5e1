using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Notifications.Http;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Alertmanager;

/// <summary>
/// Tells Prometheus Alertmanager. It takes an alert for over that is not repeated before its end, so a firing one says an end
/// that lies a few repetitions ahead, as Prometheus does (prometheus.io/docs/alerting/latest/clients).
/// </summary>
public sealed class AlertmanagerNotifier : INotifier
{
    private const int FiringMax = 1000;
    private static readonly TimeSpan Repetition = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan EndAhead = TimeSpan.FromMinutes(4);
    private readonly Dictionary<string, AlertmanagerAlert> firing = new(StringComparer.Ordinal);
    private readonly TimeProvider time;
    private readonly HttpDelivery http;

    /// <param name="name">The target's name.</param>
    /// <param name="server">The server's address, without a path of its API.</param>
    /// <param name="time">Alerts say when they end.</param>
    public AlertmanagerNotifier(string name, HttpTarget server, TimeProvider time)
    {
        Name = name;
        this.time = time;
        http = new HttpDelivery(server with { Url = new Uri(server.Url.AbsoluteUri.TrimEnd('/') + "/api/v2/alerts") }, time);
    }

    public string Name { get; }

    public TimeSpan? RepeatInterval => Repetition;

    public bool TakesAcknowledgements => false;

    public async Task NotifyAsync(Notification notification, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var alert = AlertmanagerAlerts.Of(notification, now + EndAhead);
        var known = firing.GetValueOrDefault(notification.Key);
        await http.PostAsync(Write(Alerts(notification, alert, known, now)), [], cancellationToken);
        Remember(notification, alert);
    }

    public void Dispose() => http.Dispose();

    private static byte[] Write(ImmutableArray<AlertmanagerAlert> alerts) =>
        JsonSerializer.SerializeToUtf8Bytes(alerts, AlertmanagerJson.Default.ImmutableArrayAlertmanagerAlert);

    /// <summary>When a severity has changed, the alert with the old one is over.</summary>
    private static ImmutableArray<AlertmanagerAlert> Alerts(Notification notification, AlertmanagerAlert alert, AlertmanagerAlert? known, DateTimeOffset now)
    {
        if (notification.IsResolved)
        {
            var end = notification.EndedAt < now ? notification.EndedAt.Value : now;
            return [alert with { Labels = known?.Labels ?? alert.Labels, EndsAt = end }];
        }

        return known is null || known.IsSameAs(alert) ? [alert] : [known with { EndsAt = now }, alert];
    }

    private void Remember(Notification notification, AlertmanagerAlert alert)
    {
        if (notification.IsResolved)
        {
            firing.Remove(notification.Key);
        }
        else if (firing.Count < FiringMax || firing.ContainsKey(notification.Key))
        {
            firing[notification.Key] = alert;
        }
    }
}
