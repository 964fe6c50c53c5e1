using Holdfast.Notifications.Center;
using Holdfast.Notifications.Http;
using Holdfast.Notifications.Slack;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>What an operator reads about notifications that do not arrive.</summary>
public sealed class LogTests : IDisposable
{
    private readonly FakeTimeProvider time = new(Notices.Noon);
    private readonly RecordingLogger log = new();
    private readonly RecordingNotifier chat = new("chat");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => chat.Dispose();

    [Fact]
    public async Task A_failure_and_a_refusal_are_named_without_the_secret_address()
    {
        await using var receiver = await HttpReceiver.StartAsync();
        receiver.AnswerNext(503, "not now, /services/T0/B0/xyz");
        receiver.AnswerNext(404, "no_service at /services/T0/B0/xyz");
        using var slack = new SlackNotifier("chat", new HttpTarget { Url = receiver.Url("/services/T0/B0/xyz") }, time);
        await using var center = new NotificationCenter([new NotificationTarget { Notifier = slack }], () => 0, time, log);
        center.Post(Notices.Lag);
        var server = receiver.Url("/").Authority;

        Assert.Equal($"Warning 2301: Notification shop/ReplicaLag/node2 did not reach chat: {server} answers 503: not now, ***; the target is left alone for 1.0 s", await log.NextAsync(Stop));
        Assert.Equal($"Error 2302: Notification shop/ReplicaLag/node2 is lost: chat refuses it: {server} answers 404: no_service at ***", await time.AdvanceUntilAsync(log.NextAsync(Stop), Stop));
    }

    [Fact]
    public async Task An_outage_ends_with_a_word()
    {
        chat.Behaviour = (_, _) => RecordingNotifier.RefuseAsync(isWorthRetrying: true, null);
        await using var center = Center(target => target);
        center.Post(Notices.Lag);
        await log.NextAsync(Stop);
        chat.Behaviour = (_, _) => Task.CompletedTask;

        Assert.Equal("Information 2303: chat takes notifications again", await time.AdvanceUntilAsync(log.NextAsync(Stop), Stop));
    }

    [Fact]
    public async Task What_is_given_up_is_named()
    {
        chat.Behaviour = (_, _) => RecordingNotifier.RefuseAsync(isWorthRetrying: true, null);
        await using var center = Center(target => target with { GiveUpAfter = TimeSpan.FromSeconds(1) });
        center.Post(Notices.Lag);
        await log.NextAsync(Stop);

        Assert.StartsWith("Warning 2301", await time.AdvanceUntilAsync(log.NextAsync(Stop), Stop), StringComparison.Ordinal);
        Assert.Equal("Error 2304: Notification shop/ReplicaLag/node2 is lost: it could not be delivered to chat for 1 s", await log.NextAsync(Stop));
    }

    [Fact]
    public async Task Losses_of_a_full_queue_are_counted_and_told_now_and_then()
    {
        chat.Behaviour = (_, cancelled) => Task.Delay(Timeout.Infinite, cancelled);
        await using var center = Center(target => target with { QueueMax = 1, AttemptTimeout = TimeSpan.FromHours(1) });
        center.Post(Notices.Plain("First"));
        await chat.NextAsync(Stop);
        center.Post(Notices.Plain("Second"));
        center.Post(Notices.Plain("Third"));
        center.Post(Notices.Plain("Fourth"));

        Assert.Equal("Error 2311: 1 notifications are lost: the queues of these targets are or were full: chat", await log.NextAsync(Stop));
        time.Advance(TimeSpan.FromSeconds(30));
        center.Post(Notices.Plain("Fifth"));
        Assert.Equal("Error 2311: 2 notifications are lost: the queues of these targets are or were full: chat", await log.NextAsync(Stop));
    }

    [Fact]
    public async Task A_bug_in_a_notifier_is_named_by_its_kind_alone()
    {
        chat.Behaviour = (_, _) => Task.FromException(new UriFormatException("http://secret"));
        await using var center = Center(target => target);
        center.Post(Notices.Lag);

        Assert.Equal("Error 2302: Notification shop/ReplicaLag/node2 is lost: chat refuses it: unforeseen UriFormatException", await log.NextAsync(Stop));
    }

    private NotificationCenter Center(Func<NotificationTarget, NotificationTarget> change) =>
        new([change(new NotificationTarget { Notifier = chat })], () => 0, time, log);
}
