using Holdfast.Model.Approvals;
using Holdfast.Notifications.Center;
using Holdfast.Ports.Notifications;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>What one target is told, by a clock that the test holds.</summary>
public sealed class TargetQueueTests
{
    private static readonly Outcome Taken = new Outcome.Taken();
    private static readonly Outcome Refused = new Outcome.Refused("no");
    private static readonly Outcome Failed = new Outcome.Failed("no", null);
    private static readonly Notification Lag = Notices.Lag;
    private TimeSpan now = TimeSpan.FromHours(1);

    [Fact]
    public void The_same_state_is_told_once()
    {
        var queue = Queue();

        Assert.Equal(Reception.Begun, Post(queue, Lag));
        Assert.Equal(Reception.Passed, Post(queue, Lag with { Text = "Still." }));
        Assert.Equal(Lag, Deliver(queue, Taken));
        Assert.Equal(Reception.Passed, Post(queue, Lag));
        Assert.Null(queue.DueAt);
    }

    [Fact]
    public void Of_what_another_process_has_told_only_the_end_is_told()
    {
        var queue = Queue();

        Assert.Equal([Reception.Known, Reception.Passed], [Post(queue, Lag with { IsKnown = true }), Post(queue, Lag)]);
        Assert.Null(queue.DueAt);
        Assert.Equal(Reception.Queued, Post(queue, Lag.Resolved));
        Assert.Equal(Lag.Resolved, Deliver(queue, Taken));
    }

    [Fact]
    public void What_begins_again_after_another_process_has_told_its_end_is_told_again()
    {
        var queue = Queue();
        var again = Lag with { StartedAt = Lag.StartedAt.AddMinutes(5) };
        Post(queue, Lag);
        Deliver(queue, Taken);

        Assert.Equal(Reception.Begun, Post(queue, again));
        Assert.Equal(again, Deliver(queue, Taken));
        Assert.Equal(Reception.Passed, Post(queue, again));
        Assert.Equal(Reception.Known, Post(queue, again with { StartedAt = again.StartedAt.AddMinutes(5), IsKnown = true }));
        Assert.Null(queue.DueAt);
    }

    [Fact]
    public void A_target_that_speaks_for_a_person_gets_links_that_answer_as_that_person_and_others_get_none()
    {
        var key = new LinkKey(Convert.ToBase64String(new byte[LinkKey.Length]));
        var asking = Lag with { Choices = [], Question = new("16-1", key, new("https://10.0.0.1:8008")) };

        var target = new NotificationTarget { Notifier = new RecordingNotifier("target") };
        var told = target.Asking(asking);
        var toPerson = (target with { Approver = "olga@example.org" }).Asking(asking);

        Assert.Empty(told.Choices);
        Assert.Equal(["Approve", "Reject"], toPerson.Choices.Select(choice => choice.Label));
        Assert.StartsWith("https://10.0.0.1:8008/holdfast/v1/approvals/16-1/approve?by=olga%40example.org&signature=", toPerson.Choices[0].Url, StringComparison.Ordinal);
        Assert.Empty((target with { Approver = "olga" }).Asking(asking with { IsResolved = true }).Choices);
        Assert.DoesNotContain("signature", toPerson.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_new_severity_is_told_and_so_is_what_begins_again()
    {
        var queue = Queue();

        Assert.Equal([Reception.Begun, Reception.Queued, Reception.Queued, Reception.Begun], [Post(queue, Lag), Post(queue, Lag.Critical), Post(queue, Lag.Critical.Resolved), Post(queue, Lag)]);

        Assert.Equal([Lag, Lag.Critical, Lag.Critical.Resolved, Lag], DeliverAll(queue), Same);
    }

    [Fact]
    public void The_end_is_told_only_where_the_beginning_was()
    {
        var queue = Queue(target => target with { SeverityMin = NotificationSeverity.Critical });

        Assert.Equal([Reception.Passed, Reception.Passed], [Post(queue, Lag), Post(queue, Lag.Resolved)]);
        Assert.Equal([Reception.Begun, Reception.Queued], [Post(queue, Lag.Critical), Post(queue, Lag.Resolved)]);

        Assert.Equal([Lag.Critical, Lag.Resolved], DeliverAll(queue), Same);
        Assert.Equal(Reception.Passed, Post(queue, Lag.Resolved));
    }

    [Fact]
    public void Who_was_told_of_a_severity_is_told_when_it_falls_below_what_the_target_wants()
    {
        var queue = Queue(target => target with { SeverityMin = NotificationSeverity.Critical });
        Post(queue, Lag.Critical);

        Assert.Equal(Reception.Queued, Post(queue, Lag));
    }

    [Fact]
    public void A_target_wants_what_its_matchers_name()
    {
        var queue = Queue(target => target with { Scopes = ["shop"], Labels = [new("member", "node2")] });

        Assert.Equal(Reception.Passed, Post(queue, Lag with { Scope = "crm" }));
        Assert.Equal(Reception.Passed, Post(queue, Notices.Plain("NoLabels")));
        Assert.Equal(Reception.Begun, Post(queue, Lag));
    }

    [Fact]
    public void A_target_that_wants_nothing_directly_takes_what_is_escalated()
    {
        var queue = Queue(target => target with { SeverityMin = null });

        Assert.Equal(Reception.Passed, Post(queue, Lag.Critical));
        Assert.Equal(Reception.Begun, queue.Offer(Lag, now, isEscalated: true));
        Assert.Equal(Reception.Queued, Post(queue, Lag.Resolved));
    }

    [Fact]
    public void A_target_that_fails_is_left_alone_for_twice_as_long_each_time()
    {
        var queue = Queue();
        Post(queue, Lag);

        Assert.Equal([1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300], Enumerable.Range(0, 11).Select(_ => FailAndWait(queue).TotalSeconds));
    }

    [Fact]
    public void Jitter_shortens_a_rest_by_up_to_half()
    {
        var queue = Queue(target => target, jitter: 1);
        Post(queue, Lag);

        Assert.Equal(0.5, FailAndWait(queue).TotalSeconds);
    }

    [Fact]
    public void A_target_that_asks_for_time_gets_it_within_an_hour()
    {
        var queue = Queue(target => target with { GiveUpAfter = TimeSpan.FromDays(1) });
        Post(queue, Lag);
        Take(queue);

        Assert.Equal(TimeSpan.FromSeconds(40), queue.Settle(new Outcome.Failed("busy", TimeSpan.FromSeconds(40)), now).Rest);
        Assert.Null(queue.Take(now + TimeSpan.FromSeconds(39)));
        now += TimeSpan.FromSeconds(40);
        Take(queue);
        Assert.Equal(TimeSpan.FromHours(1), queue.Settle(new Outcome.Failed("busy", TimeSpan.FromDays(3)), now).Rest);
    }

    [Fact]
    public void A_success_ends_the_doubling()
    {
        var queue = Queue();
        Post(queue, Lag);
        FailAndWait(queue);
        FailAndWait(queue);
        Deliver(queue, Taken);
        Post(queue, Lag.Resolved);

        Assert.Equal(1, FailAndWait(queue).TotalSeconds);
    }

    [Fact]
    public void What_fails_goes_behind_the_rest_but_stays_before_what_follows_of_its_key()
    {
        var queue = Queue();
        Post(queue, Lag);
        Post(queue, Notices.Plain("Other"));
        Post(queue, Lag.Resolved);
        FailAndWait(queue);

        Assert.Equal([Notices.Plain("Other"), Lag, Lag.Resolved], DeliverAll(queue), Same);
    }

    [Fact]
    public void What_is_refused_is_neither_tried_again_nor_ended()
    {
        var queue = Queue();
        Post(queue, Lag);
        Deliver(queue, Refused);

        Assert.Equal([Reception.Passed, Reception.Passed], [Post(queue, Lag), Post(queue, Lag.Resolved)]);
        Assert.Null(queue.DueAt);
        Assert.Equal(new TargetCounters("target", 0, 1, 0, 0), queue.Counters);
        Assert.Equal(Reception.Begun, Post(queue, Lag));
    }

    [Fact]
    public void The_end_of_what_was_refused_is_not_told_though_it_was_queued_already()
    {
        var queue = Queue();
        Post(queue, Lag);
        Take(queue);
        Post(queue, Lag.Resolved);
        queue.Settle(Refused, now);

        Assert.Null(queue.DueAt);
    }

    [Fact]
    public void A_severity_that_is_refused_does_not_hide_that_the_matter_ends()
    {
        var queue = Queue();
        Post(queue, Lag);
        Deliver(queue, Taken);
        Post(queue, Lag.Critical);
        Deliver(queue, Refused);
        Post(queue, Lag.Resolved);

        Assert.Equal(Lag.Resolved, Deliver(queue, Taken), Same);
    }

    [Fact]
    public void What_has_waited_too_long_is_given_up_with_its_end()
    {
        var queue = Queue(target => target with { GiveUpAfter = TimeSpan.FromMinutes(10) });
        Post(queue, Lag);
        Post(queue, Lag.Resolved);
        now += TimeSpan.FromMinutes(9);
        Post(queue, Notices.Plain("Young"));
        now += TimeSpan.FromMinutes(1);
        Take(queue);

        Assert.Equal([Lag.Key, Lag.Key], queue.Settle(Failed, now).GivenUp);
        now += TimeSpan.FromMinutes(1);
        Assert.Equal([Notices.Plain("Young")], DeliverAll(queue), Same);
        Assert.Equal(new TargetCounters("target", 1, 2, 0, 0), queue.Counters);
    }

    [Fact]
    public void A_full_queue_loses_first_what_was_overtaken()
    {
        var queue = Queue(target => target with { QueueMax = 3 });
        Post(queue, Notices.Plain("Old"));
        Post(queue, Lag);
        Post(queue, Lag.Critical);
        Post(queue, Notices.Plain("New"));

        Assert.Equal([Notices.Plain("Old"), Lag.Critical, Notices.Plain("New")], DeliverAll(queue), Same);
        Assert.Equal(1, queue.Dropped);
    }

    [Fact]
    public void A_full_queue_loses_a_whole_matter_rather_than_its_beginning()
    {
        var queue = Queue(target => target with { QueueMax = 2 });
        Post(queue, Lag);
        Post(queue, Lag.Resolved);
        Post(queue, Notices.Plain("New"));

        Assert.Equal([Notices.Plain("New")], DeliverAll(queue), Same);
        Assert.Equal(2, queue.Dropped);
    }

    [Fact]
    public void A_full_queue_keeps_the_end_of_what_was_told()
    {
        var queue = Queue(target => target with { QueueMax = 2 });
        Post(queue, Lag);
        Deliver(queue, Taken);
        Post(queue, Lag.Resolved);
        Post(queue, Notices.Plain("Second"));
        Post(queue, Notices.Plain("Third"));

        Assert.Equal([Lag.Resolved, Notices.Plain("Third")], DeliverAll(queue), Same);
    }

    [Fact]
    public void What_was_lost_is_taken_in_again_while_it_goes_on()
    {
        var queue = Queue(target => target with { QueueMax = 1 });
        Post(queue, Lag);
        Post(queue, Notices.Plain("New"));
        DeliverAll(queue);

        Assert.Equal(Reception.Begun, Post(queue, Lag));
    }

    [Fact]
    public void What_fires_is_repeated_for_a_target_that_forgets_in_its_latest_words()
    {
        var queue = Queue(target => target, repeat: TimeSpan.FromSeconds(30));
        Post(queue, Lag);
        Deliver(queue, Taken);
        Post(queue, Lag with { Text = "Worse." });

        Assert.Equal(now + TimeSpan.FromSeconds(30), queue.DueAt);
        Assert.Null(queue.Take(now));
        now += TimeSpan.FromSeconds(30);
        Assert.Equal("Worse.", Deliver(queue, Failed).Text);
        now += TimeSpan.FromSeconds(1);
        Assert.Equal("Worse.", Deliver(queue, Taken).Text);
        Post(queue, Lag.Resolved);
        Assert.Equal(Lag.Resolved, Deliver(queue, Taken), Same);
        Assert.Null(queue.DueAt);
        Assert.Equal(new TargetCounters("target", 3, 0, 0, 0), queue.Counters);
    }

    [Fact]
    public void What_another_process_tells_from_now_on_is_repeated_no_more_and_what_waits_is_still_delivered()
    {
        var queue = Queue(target => target, repeat: TimeSpan.FromSeconds(30));
        Post(queue, Lag);
        Deliver(queue, Taken);
        Post(queue, Notices.Plain("B"));

        queue.Leave(Lag.Key);
        queue.Leave(Notices.Plain("B").Key);

        Assert.Equal(Notices.Plain("B"), Deliver(queue, Taken), Same);
        Assert.Null(queue.DueAt);
        Assert.Equal(Reception.Passed, Post(queue, Lag.Resolved));
        Assert.Equal(Reception.Begun, Post(queue, Lag));
    }

    [Fact]
    public void What_is_remembered_as_told_is_bounded()
    {
        var queue = Queue(target => target with { FiringMax = 2 });
        foreach (var name in new[] { "A", "B", "C" })
        {
            Post(queue, Notices.Plain(name));
            Deliver(queue, Taken);
            now += TimeSpan.FromSeconds(1);
        }

        Assert.Equal([Reception.Begun, Reception.Passed, Reception.Passed], [Post(queue, Notices.Plain("A")), Post(queue, Notices.Plain("B")), Post(queue, Notices.Plain("C"))]);
    }

    private static TargetQueue Queue() => Queue(target => target);

    private static TargetQueue Queue(Func<NotificationTarget, NotificationTarget> change, double jitter = 0, TimeSpan? repeat = null) =>
        new(change(new NotificationTarget { Notifier = new RecordingNotifier("target") { RepeatInterval = repeat } }), () => jitter);

    private static bool Same(Notification one, Notification other) => (one.Key, one.Severity, one.IsResolved) == (other.Key, other.Severity, other.IsResolved);

    private Reception Post(TargetQueue queue, Notification notification) => queue.Offer(notification, now, isEscalated: false);

    private Notification Take(TargetQueue queue)
    {
        var delivery = queue.Take(now);
        Assert.NotNull(delivery);
        return delivery.Notification;
    }

    private Notification Deliver(TargetQueue queue, Outcome outcome)
    {
        var notification = Take(queue);
        queue.Settle(outcome, now);
        return notification;
    }

    private List<Notification> DeliverAll(TargetQueue queue)
    {
        var all = new List<Notification>();
        while (queue.DueAt <= now)
        {
            all.Add(Deliver(queue, Taken));
        }

        return all;
    }

    private TimeSpan FailAndWait(TargetQueue queue)
    {
        Take(queue);
        var rest = queue.Settle(Failed, now).Rest!.Value;
        now += rest;
        return rest;
    }
}
