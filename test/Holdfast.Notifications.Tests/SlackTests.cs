using Holdfast.Notifications.Http;
using Holdfast.Notifications.Slack;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

public sealed class SlackTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_message_has_a_headline_a_colour_the_facts_and_a_button_for_each_choice()
    {
        Assert.Equal(
            """{"text":"[warning] shop: node2 is 120 MB behind","attachments":[{"color":"#ecb22e","fallback":"[warning] shop: node2 is 120 MB behind","blocks":[{"type":"section","text":{"type":"plain_text","text":"The replica node2 replays more slowly than the primary writes."}},{"type":"context","elements":[{"type":"plain_text","text":"since 2026-05-01 12:00:00 UTC"},{"type":"plain_text","text":"alertname: ReplicaLag"},{"type":"plain_text","text":"member: node2"}]},{"type":"actions","elements":[{"type":"button","text":{"type":"plain_text","text":"Approve"},"url":"https://shop.example/answer?a=1\u0026k=x"},{"type":"button","text":{"type":"plain_text","text":"Reject"},"url":"https://shop.example/answer?a=0"},{"type":"button","text":{"type":"plain_text","text":"Open"},"url":"https://docs.example/rules/ReplicaLag"}]}]}]}""",
            await SendAsync(Notices.Lag));
    }

    [Fact]
    public async Task What_is_over_is_green_and_says_how_long_it_took()
    {
        Assert.Equal(
            """{"text":"[resolved] shop: NoLeader","attachments":[{"color":"#2eb67d","fallback":"[resolved] shop: NoLeader","blocks":[{"type":"section","text":{"type":"plain_text","text":"Something is wrong."}},{"type":"context","elements":[{"type":"plain_text","text":"2026-05-01 12:00:00 UTC to 2026-05-01 12:03:00 UTC"}]}]}]}""",
            await SendAsync(Notices.Plain("NoLeader").Resolved));
    }

    [Fact]
    public async Task What_somebody_has_taken_in_hand_says_who() =>
        Assert.Contains("\"text\":\"[acknowledged by ann] shop: node2", await SendAsync(Notices.Lag with { AcknowledgedBy = "ann" }), StringComparison.Ordinal);

    [Fact]
    public async Task A_title_cannot_mention_anybody() =>
        Assert.Contains("\"text\":\"[critical] shop: \\u0026lt;!channel\\u0026gt;\"", await SendAsync(Notices.Plain("<!channel>").Critical), StringComparison.Ordinal);

    [Fact]
    public async Task What_is_too_long_for_Slack_is_cut()
    {
        var body = await SendAsync(Notices.Plain("Long") with { Text = new string('x', 5000), Choices = [new(new string('y', 100), "https://a.example")] });

        Assert.Contains($"\"{new string('x', 2997)}...\"", body, StringComparison.Ordinal);
        Assert.Contains($"\"{new string('y', 72)}...\"", body, StringComparison.Ordinal);
    }

    private static async Task<string> SendAsync(Notification notification)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        using var slack = new SlackNotifier("chat", new HttpTarget { Url = receiver.Url("/services/T0/B0/xyz") }, new FakeTimeProvider());
        await slack.NotifyAsync(notification, Stop);
        var request = await receiver.NextAsync(Stop);
        Assert.Equal("/services/T0/B0/xyz", request.Path);
        return request.Body;
    }
}
