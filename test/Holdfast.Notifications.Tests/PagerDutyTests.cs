using System.Text.Json;
using Holdfast.Notifications.Http;
using Holdfast.Notifications.PagerDuty;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

public sealed class PagerDutyTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_fires_triggers_an_incident()
    {
        Assert.Equal(
            """{"routing_key":"R0UTING","event_action":"trigger","dedup_key":"shop/ReplicaLag/node2","payload":{"summary":"shop: node2 is 120 MB behind","source":"node2","severity":"warning","timestamp":"2026-05-01T12:00:00+00:00","group":"shop","custom_details":{"alertname":"ReplicaLag","lag":"120 MB","member":"node2","text":"The replica node2 replays more slowly than the primary writes."}},"links":[{"href":"https://shop.example/answer?a=1\u0026k=x","text":"Approve"},{"href":"https://shop.example/answer?a=0","text":"Reject"},{"href":"https://docs.example/rules/ReplicaLag","text":"Open"}],"client":"Holdfast"}""",
            await SendAsync(Notices.Lag));
    }

    [Fact]
    public async Task What_somebody_has_taken_in_hand_acknowledges_it() =>
        Assert.Equal(
            """{"routing_key":"R0UTING","event_action":"acknowledge","dedup_key":"shop/ReplicaLag/node2"}""",
            await SendAsync(Notices.Lag with { AcknowledgedBy = "ann" }));

    [Fact]
    public async Task What_is_over_resolves_it() =>
        Assert.Equal(
            """{"routing_key":"R0UTING","event_action":"resolve","dedup_key":"shop/ReplicaLag/node2"}""",
            await SendAsync(Notices.Lag.Resolved));

    [Fact]
    public async Task A_key_that_is_too_long_is_the_same_short_one_each_time()
    {
        var notification = Notices.Plain(new string('k', 300));

        var first = DedupKey(await SendAsync(notification));

        Assert.Equal(64, first.Length);
        Assert.Equal(first, DedupKey(await SendAsync(notification.Resolved)));
    }

    private static string DedupKey(string body) => JsonDocument.Parse(body).RootElement.GetProperty("dedup_key").GetString()!;

    private static async Task<string> SendAsync(Notification notification)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.AnswerNext(202, """{"status":"success"}""");
        var options = new PagerDutyOptions { RoutingKey = "R0UTING", Target = new HttpTarget { Url = receiver.Url("/v2/enqueue") } };
        using var pager = new PagerDutyNotifier("pager", options, new FakeTimeProvider());
        await pager.NotifyAsync(notification, Stop);
        return (await receiver.NextAsync(Stop)).Body;
    }
}
