using System.Text.Json;
using Holdfast.Notifications.Alertmanager;
using Holdfast.Notifications.Center;
using Holdfast.Notifications.Http;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>What a real Alertmanager makes of it.</summary>
public sealed class AlertmanagerServerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_alert_appears_is_repeated_and_is_over()
    {
        await using var server = await AlertmanagerServer.StartAsync(Stop);
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var center = Center(server, time);
        var notification = Notices.Lag with { StartedAt = time.GetUtcNow() - TimeSpan.FromMinutes(1) };

        center.Post(notification);
        var alert = (await server.AlertAsync(alert => alert is not null, Stop))!.Value;
        Assert.Equal("warning", Label(alert, "severity"));
        Assert.Equal("ReplicaLag", Label(alert, "alertname"));
        Assert.Equal("node2 is 120 MB behind", alert.GetProperty("annotations").GetProperty("summary").GetString());
        Assert.Equal("active", alert.GetProperty("status").GetProperty("state").GetString());

        var end = EndOf(alert);
        var repeated = server.AlertAsync(alert => EndOf(alert!.Value) > end, Stop);
        while (!repeated.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            await Task.WhenAny(repeated, Task.Delay(20, Stop));
        }

        center.Post(notification with { IsResolved = true, EndedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(1) });
        Assert.Null(await server.AlertAsync(alert => alert is null, Stop));
    }

    [Fact]
    public async Task A_severity_that_rises_leaves_one_alert()
    {
        await using var server = await AlertmanagerServer.StartAsync(Stop);
        await using var center = Center(server, TimeProvider.System);
        var notification = Notices.Lag with { StartedAt = TimeProvider.System.GetUtcNow() - TimeSpan.FromMinutes(1) };
        center.Post(notification);
        await server.AlertAsync(alert => alert is not null, Stop);

        center.Post(notification.Critical);

        Assert.NotNull(await server.AlertAsync(alert => alert is { } one && Label(one, "severity") == "critical", Stop));
    }

    [Fact]
    public async Task What_Alertmanager_cannot_take_is_refused_with_its_words()
    {
        await using var server = await AlertmanagerServer.StartAsync(Stop);
        using var alertmanager = new AlertmanagerNotifier("prometheus", new HttpTarget { Url = server.Url }, TimeProvider.System);

        var backwards = Notices.Lag with { StartedAt = TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(1) };
        var failure = await Assert.ThrowsAsync<NotificationFailedException>(() => alertmanager.NotifyAsync(backwards, Stop));

        Assert.False(failure.IsWorthRetrying);
        Assert.Contains("start time must be before end time", failure.Message, StringComparison.Ordinal);
    }

    private static NotificationCenter Center(AlertmanagerServer server, TimeProvider time)
    {
        var target = new NotificationTarget { Notifier = new AlertmanagerNotifier("prometheus", new HttpTarget { Url = server.Url }, time) };
        return new NotificationCenter([target], () => 0, time, NullLogger<NotificationCenter>.Instance);
    }

    private static string? Label(JsonElement alert, string name) => alert.GetProperty("labels").GetProperty(name).GetString();

    private static DateTimeOffset EndOf(JsonElement alert) => alert.GetProperty("endsAt").GetDateTimeOffset();
}
