using Holdfast.Notifications.Alertmanager;
using Holdfast.Notifications.Http;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

public sealed class AlertmanagerBodyTests
{
    private readonly FakeTimeProvider time = new(Notices.Noon + TimeSpan.FromMinutes(1));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_fires_is_posted_with_an_end_that_lies_ahead() =>
        Assert.Equal(
            ["""[{"labels":{"alertname":"ReplicaLag","key":"shop/ReplicaLag/node2","member":"node2","scope":"shop","severity":"warning"},"annotations":{"choice_approve":"https://shop.example/answer?a=1\u0026k=x","choice_reject":"https://shop.example/answer?a=0","description":"The replica node2 replays more slowly than the primary writes.","lag":"120 MB","summary":"node2 is 120 MB behind"},"startsAt":"2026-05-01T12:00:00+00:00","endsAt":"2026-05-01T12:05:00+00:00","generatorURL":"https://docs.example/rules/ReplicaLag"}]"""],
            await SendAsync(Notices.Lag));

    [Fact]
    public async Task What_is_over_has_ended()
    {
        var bodies = await SendAsync(Notices.Plain("NoLeader"), Notices.Plain("NoLeader").Resolved with { EndedAt = Notices.Noon });

        Assert.Equal(
            """[{"labels":{"alertname":"NoLeader","key":"shop/NoLeader","scope":"shop","severity":"warning"},"annotations":{"description":"Something is wrong.","summary":"NoLeader"},"startsAt":"2026-05-01T12:00:00+00:00","endsAt":"2026-05-01T12:00:00+00:00"}]""",
            bodies[1]);
    }

    [Fact]
    public async Task An_end_that_lies_ahead_of_this_clock_is_now()
    {
        var bodies = await SendAsync(Notices.Plain("NoLeader").Resolved);

        Assert.Contains("\"endsAt\":\"2026-05-01T12:01:00+00:00\"", bodies[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_severity_is_a_new_alert_and_the_end_of_the_old_one()
    {
        var bodies = await SendAsync(Notices.Plain("NoLeader"), Notices.Plain("NoLeader").Critical, Notices.Plain("NoLeader").Resolved);

        Assert.Equal(
            """[{"labels":{"alertname":"NoLeader","key":"shop/NoLeader","scope":"shop","severity":"warning"},"annotations":{"description":"Something is wrong.","summary":"NoLeader"},"startsAt":"2026-05-01T12:00:00+00:00","endsAt":"2026-05-01T12:01:00+00:00"},{"labels":{"alertname":"NoLeader","key":"shop/NoLeader","scope":"shop","severity":"critical"},"annotations":{"description":"Something is wrong.","summary":"NoLeader"},"startsAt":"2026-05-01T12:00:00+00:00","endsAt":"2026-05-01T12:05:00+00:00"}]""",
            bodies[1]);
        Assert.Contains("\"severity\":\"critical\"", bodies[2], StringComparison.Ordinal);
        Assert.DoesNotContain("\"severity\":\"warning\"", bodies[2], StringComparison.Ordinal);
    }

    [Fact]
    public async Task Names_of_labels_are_made_such_as_Alertmanager_takes() =>
        Assert.Contains(
            "\"_9_lives\":\"x\",\"a_b\":\"y\"",
            (await SendAsync(Notices.Plain("Odd") with { Labels = Notices.Map(("9-lives", "x"), ("a.b", "y"), ("empty", "")) }))[0],
            StringComparison.Ordinal);

    private async Task<List<string>> SendAsync(params Notification[] notifications)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        using var alertmanager = new AlertmanagerNotifier("prometheus", new HttpTarget { Url = receiver.Url("/am/") }, time);
        var bodies = new List<string>();
        foreach (var notification in notifications)
        {
            await alertmanager.NotifyAsync(notification, Stop);
            var request = await receiver.NextAsync(Stop);
            Assert.Equal("/am/api/v2/alerts", request.Path);
            bodies.Add(request.Body);
        }

        return bodies;
    }
}
