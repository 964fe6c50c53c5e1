using System.Text.Json.Nodes;
using Holdfast.Notifications.Alertmanager;
using Holdfast.Notifications.Http;
using Holdfast.Notifications.PagerDuty;
using Holdfast.Notifications.Slack;
using Holdfast.Notifications.Webhook;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>What the manual shows is what is sent.</summary>
public sealed class ManualTests
{
    private static readonly FakeTimeProvider Time = new(Notices.Noon + TimeSpan.FromMinutes(1));

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public Task The_body_of_a_webhook_is_the_one_in_the_manual() =>
        CompareAsync("\"started_at\"", target => new WebhookNotifier("a", new WebhookOptions { Target = target }, Time));

    [Fact]
    public Task The_body_for_Alertmanager_is_the_one_in_the_manual() =>
        CompareAsync("\"startsAt\"", target => new AlertmanagerNotifier("a", target, Time));

    [Fact]
    public Task The_body_for_Slack_is_the_one_in_the_manual() =>
        CompareAsync("\"attachments\"", target => new SlackNotifier("a", target, Time));

    [Fact]
    public Task The_body_for_PagerDuty_is_the_one_in_the_manual() =>
        CompareAsync("\"trigger\"", target => new PagerDutyNotifier("a", new PagerDutyOptions { RoutingKey = "0123456789abcdef0123456789abcdef", Target = target }, Time));

    private static async Task CompareAsync(string words, Func<HttpTarget, INotifier> open)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        using var notifier = open(new HttpTarget { Url = receiver.Url("/") });

        await notifier.NotifyAsync(Notices.Lag, Stop);

        var (shown, sent) = (JsonNode.Parse(Manual.Block("notifications.md", "json", words)), JsonNode.Parse((await receiver.NextAsync(Stop)).Body));
        Assert.Equal(shown?.ToJsonString(), sent?.ToJsonString());
    }
}
