using System.Globalization;
using Holdfast.Notifications.Http;
using Holdfast.Notifications.PagerDuty;
using Holdfast.Notifications.Slack;
using Holdfast.Ports.Notifications;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>What an answer means for the next attempt, and what of it may be shown.</summary>
public sealed class HttpAnswerTests
{
    private static readonly FakeTimeProvider Time = new(Notices.Noon);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(429, true)]
    [InlineData(408, true)]
    [InlineData(500, true)]
    [InlineData(503, true)]
    [InlineData(400, false)]
    [InlineData(401, false)]
    [InlineData(404, false)]
    [InlineData(410, false)]
    [InlineData(302, false)]
    public async Task Some_refusals_pass_and_others_do_not(int status, bool isWorthRetrying)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.AnswerNext(status, "no", location: "/elsewhere");

        var failure = await FailAsync(receiver);

        Assert.Equal(isWorthRetrying, failure.IsWorthRetrying);
        Assert.Equal($"{receiver.Url("/").Authority} answers {status.ToString(CultureInfo.InvariantCulture)}: no", failure.Message);
    }

    [Theory]
    [InlineData("17", 17)]
    [InlineData("Fri, 01 May 2026 12:02:00 GMT", 120)]
    public async Task The_time_that_a_server_asks_for_is_passed_on(string header, int seconds)
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.AnswerNext(429, retryAfter: header);

        Assert.Equal(TimeSpan.FromSeconds(seconds), (await FailAsync(receiver)).RetryAfter);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_worth_another_attempt()
    {
        var receiver = await HttpReceiver.StartAsync();
        var address = receiver.Url("/services/T0/B0/xyz");
        await receiver.DisposeAsync();
        using var slack = new SlackNotifier("chat", new HttpTarget { Url = address }, Time);

        var failure = await Assert.ThrowsAsync<NotificationFailedException>(() => slack.NotifyAsync(Notices.Lag, Stop));

        Assert.True(failure.IsWorthRetrying);
        Assert.Contains("refused", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xyz", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_repeats_what_it_was_asked_gives_no_secret_away()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.AnswerNext(404, "no hook at /services/T0/B0/xyz for Bearer t0ken");
        var target = new HttpTarget { Url = receiver.Url("/services/T0/B0/xyz"), Authorization = "Bearer t0ken" };
        using var slack = new SlackNotifier("chat", target, Time);

        var failure = await Assert.ThrowsAsync<NotificationFailedException>(() => slack.NotifyAsync(Notices.Lag, Stop));

        Assert.EndsWith("answers 404: no hook at *** for ***", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("xyz", failure.ToString() + target, StringComparison.Ordinal);
        Assert.Equal("Bearer t0ken", (await receiver.NextAsync(Stop)).Headers["Authorization"]);
    }

    [Fact]
    public async Task A_routing_key_is_shown_to_nobody()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.AnswerNext(400, "unknown key R0UTING");
        var options = new PagerDutyOptions { RoutingKey = "R0UTING", Target = new HttpTarget { Url = receiver.Url("/") } };
        using var pager = new PagerDutyNotifier("pager", options, Time);

        var failure = await Assert.ThrowsAsync<NotificationFailedException>(() => pager.NotifyAsync(Notices.Lag, Stop));

        Assert.DoesNotContain("R0UTING", failure.ToString() + options, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_trusted_by_its_authority_and_not_without_it()
    {
        using var certificate = new TestCertificate();
        await using var receiver = await HttpReceiver.StartAsync(certificate.Certificate);
        var target = new HttpTarget { Url = receiver.Url("/") };
        using var trusting = new SlackNotifier("chat", target with { CaFile = certificate.CaFile }, Time);
        using var doubting = new SlackNotifier("chat", target, Time);

        await trusting.NotifyAsync(Notices.Lag, Stop);
        var failure = await Assert.ThrowsAsync<NotificationFailedException>(() => doubting.NotifyAsync(Notices.Lag, Stop));

        Assert.Contains("cafile", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_endless_answer_is_cut()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.AnswerNext(400, new string('a', 1_000_000));

        Assert.True((await FailAsync(receiver)).Message.Length < 300);
    }

    private static async Task<NotificationFailedException> FailAsync(HttpReceiver receiver)
    {
        using var slack = new SlackNotifier("chat", new HttpTarget { Url = receiver.Url("/hook") }, Time);
        return await Assert.ThrowsAsync<NotificationFailedException>(() => slack.NotifyAsync(Notices.Lag, Stop));
    }
}
