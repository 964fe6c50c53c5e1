using Holdfast.Notifications.Center;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>The center with its tasks, on simulated time.</summary>
public sealed class NotificationCenterTests : IDisposable
{
    private readonly FakeTimeProvider time = new(Notices.Noon);
    private readonly RecordingNotifier chat = new("chat");
    private readonly RecordingNotifier pager = new("pager");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_target_is_told()
    {
        await using var center = Center(Chat(), Pager());

        center.Post(Notices.Lag);

        Assert.Equal(Notices.Lag, await chat.NextAsync(Stop));
        Assert.Equal(Notices.Lag, await pager.NextAsync(Stop));
    }

    [Fact]
    public async Task A_target_that_never_answers_delays_neither_the_other_nor_the_caller()
    {
        chat.Behaviour = (_, cancelled) => Task.Delay(Timeout.Infinite, cancelled);
        await using var center = Center(Chat(), Pager());

        for (var number = 0; number < 500; number++)
        {
            var notification = Notices.Plain(FormattableString.Invariant($"Trouble{number}"));
            center.Post(notification);
            Assert.Equal(notification, await pager.NextAsync(Stop));
        }

        var counters = Assert.Single(center.Counters(), target => target.Target == "chat");
        Assert.Equal((101, 399), (counters.Queued, counters.Dropped));
    }

    [Fact]
    public async Task A_target_that_does_not_answer_in_time_is_asked_again()
    {
        var isSilent = true;
        chat.Behaviour = (_, cancelled) => isSilent ? Task.Delay(Timeout.Infinite, cancelled) : Task.CompletedTask;
        await using var center = Center(Chat());
        center.Post(Notices.Lag);
        await chat.NextAsync(Stop);
        isSilent = false;

        Assert.Equal(Notices.Lag, await time.AdvanceUntilAsync(chat.NextAsync(Stop), Stop));
    }

    [Fact]
    public async Task What_a_target_could_not_take_is_delivered_when_it_can_and_in_order()
    {
        chat.Behaviour = (_, _) => RecordingNotifier.RefuseAsync(isWorthRetrying: true, null);
        await using var center = Center(Chat());
        center.Post(Notices.Lag);
        await chat.NextAsync(Stop);
        center.Post(Notices.Lag.Resolved);
        chat.Behaviour = (_, _) => Task.CompletedTask;

        Assert.False((await time.AdvanceUntilAsync(chat.NextAsync(Stop), Stop)).IsResolved);
        Assert.True((await chat.NextAsync(Stop)).IsResolved);
    }

    [Fact]
    public async Task What_a_target_refuses_is_not_tried_again()
    {
        chat.Behaviour = (_, _) => RecordingNotifier.RefuseAsync(isWorthRetrying: false, null);
        await using var center = Center(Chat());

        center.Post(Notices.Lag);
        await chat.NextAsync(Stop);
        await UntilAsync(() => center.Counters()[0].Failed == 1);
        time.Advance(TimeSpan.FromHours(1));
        center.Post(Notices.Plain("Next"));

        Assert.Equal("Next", (await chat.NextAsync(Stop)).Title);
    }

    [Fact]
    public async Task A_notifier_that_breaks_loses_one_notification_and_no_more()
    {
        chat.Behaviour = (_, _) => Task.FromException(new InvalidOperationException("a bug"));
        await using var center = Center(Chat());
        center.Post(Notices.Lag);
        await chat.NextAsync(Stop);
        center.Post(Notices.Plain("Next"));

        Assert.Equal("Next", (await chat.NextAsync(Stop)).Title);
    }

    [Fact]
    public async Task A_target_that_forgets_is_told_again_until_the_matter_ends()
    {
        using var forgetful = new RecordingNotifier("forgetful") { RepeatInterval = TimeSpan.FromSeconds(30) };
        await using var center = Center(new NotificationTarget { Notifier = forgetful });
        center.Post(Notices.Lag);

        for (var times = 0; times < 4; times++)
        {
            Assert.Equal(Notices.Lag, await time.AdvanceUntilAsync(forgetful.NextAsync(Stop), Stop));
        }

        center.Post(Notices.Lag.Resolved);
        while (!(await time.AdvanceUntilAsync(forgetful.NextAsync(Stop), Stop)).IsResolved)
        {
            // A repetition was under way.
        }
    }

    [Fact]
    public async Task What_goes_on_unacknowledged_is_escalated_once_and_its_end_is_told_to_all()
    {
        await using var center = Center(Chat() with { EscalateAfter = TimeSpan.FromMinutes(10), EscalateTo = ["pager"] }, Pager() with { SeverityMin = null });
        center.Post(Notices.Lag);
        await chat.NextAsync(Stop);
        time.Advance(TimeSpan.FromMinutes(9));
        center.Post(Notices.Lag with { Text = "Still." });
        Assert.False(pager.HasMore);

        Assert.Equal("Still.", (await time.AdvanceUntilAsync(pager.NextAsync(Stop), Stop)).Text);
        center.Post(Notices.Lag.Resolved);
        Assert.True((await chat.NextAsync(Stop)).IsResolved);
        Assert.True((await pager.NextAsync(Stop)).IsResolved);
        Assert.False(pager.HasMore);
    }

    [Fact]
    public async Task What_is_acknowledged_or_over_is_not_escalated()
    {
        await using var center = Center(Chat() with { EscalateAfter = TimeSpan.FromMinutes(10), EscalateTo = ["pager"] }, Pager() with { SeverityMin = null });
        center.Post(Notices.Plain("Acknowledged"));
        center.Post(Notices.Plain("Over"));
        center.Post(Notices.Plain("Over").Resolved);

        center.Post(Notices.Plain("Acknowledged") with { AcknowledgedBy = "ann" });
        center.Post(Notices.Plain("Silenced"));
        center.Post(Notices.Plain("Silenced") with { IsSilenced = true });
        center.Post(Notices.Plain("Unknown") with { AcknowledgedBy = "ann" });
        time.Advance(TimeSpan.FromMinutes(11));
        center.Post(Notices.Plain("Later"));

        Assert.Equal("Later", (await time.AdvanceUntilAsync(pager.NextAsync(Stop), Stop)).Title);
    }

    [Fact]
    public async Task A_chain_of_escalations_goes_on_until_somebody_acknowledges()
    {
        using var boss = new RecordingNotifier("boss");
        await using var center = Center(
            Chat() with { EscalateAfter = TimeSpan.FromMinutes(1), EscalateTo = ["pager"] },
            Pager() with { SeverityMin = null, EscalateAfter = TimeSpan.FromMinutes(1), EscalateTo = ["boss", "chat"] },
            new NotificationTarget { Notifier = boss, SeverityMin = null });
        center.Post(Notices.Lag);

        await time.AdvanceUntilAsync(pager.NextAsync(Stop), Stop);
        await time.AdvanceUntilAsync(boss.NextAsync(Stop), Stop);
        await chat.NextAsync(Stop);
        Assert.False(chat.HasMore);
    }

    [Fact]
    public async Task An_acknowledgement_is_told_once_where_it_is_understood_and_begins_nothing()
    {
        using var incidents = new RecordingNotifier("incidents") { TakesAcknowledgements = true };
        await using var center = Center(Chat(), new NotificationTarget { Notifier = incidents });
        center.Post(Notices.Plain("Unknown") with { AcknowledgedBy = "ann" });
        center.Post(Notices.Lag);
        center.Post(Notices.Lag with { AcknowledgedBy = "ann" });
        center.Post(Notices.Lag with { AcknowledgedBy = "ann" });
        center.Post(Notices.Lag.Resolved);

        Assert.Equal([(false, null), (false, "ann"), (true, null)], await TakeAsync(incidents, 3));
        Assert.Equal([(false, null), (true, null)], await TakeAsync(chat, 2));
    }

    [Fact]
    public async Task What_is_urgent_goes_to_those_whom_others_escalate_to_at_once()
    {
        await using var center = Center(Chat() with { EscalateAfter = TimeSpan.FromHours(1), EscalateTo = ["pager"] }, Pager() with { SeverityMin = null });

        center.Post(Notices.Lag with { IsEscalated = true });

        Assert.Equal(Notices.Lag.Key, (await pager.NextAsync(Stop)).Key);
    }

    [Fact]
    public async Task What_is_urgent_and_begins_anew_is_told_to_everybody_again()
    {
        await using var center = Center(Chat() with { EscalateAfter = TimeSpan.FromHours(1), EscalateTo = ["pager"] }, Pager() with { SeverityMin = null });
        foreach (var minute in Enumerable.Range(0, 3))
        {
            var again = Notices.Lag with { IsEscalated = true, StartedAt = Notices.Noon.AddMinutes(minute) };
            center.Post(again);

            Assert.Equal(again.StartedAt, (await pager.NextAsync(Stop)).StartedAt);
            Assert.Equal(again.StartedAt, (await chat.NextAsync(Stop)).StartedAt);
        }
    }

    [Theory]
    [InlineData(3, false)]
    [InlineData(11, false)]
    [InlineData(13, true)]
    public async Task Whoever_goes_on_for_another_process_escalates_what_that_one_has_not(int minutesOld, bool isEscalatedAlready)
    {
        await using var center = Center(Chat() with { EscalateAfter = TimeSpan.FromMinutes(10), EscalateTo = ["pager"] }, Pager() with { SeverityMin = null });
        center.Post(Notices.Lag with { IsKnown = true, StartedAt = Notices.Noon - TimeSpan.FromMinutes(minutesOld) });

        if (!isEscalatedAlready)
        {
            Assert.False((await time.AdvanceUntilAsync(pager.NextAsync(Stop), Stop)).IsResolved);
        }

        center.Post(Notices.Lag.Resolved);
        Assert.True((await pager.NextAsync(Stop)).IsResolved);
        Assert.True((await chat.NextAsync(Stop)).IsResolved);
    }

    [Fact]
    public async Task A_reload_keeps_what_a_target_knows_and_what_it_is_still_to_be_told()
    {
        chat.Behaviour = (_, cancelled) => Task.Delay(Timeout.Infinite, cancelled);
        await using var center = Center(Chat(), Pager());
        center.Post(Notices.Lag);
        center.Post(Notices.Plain("Second"));
        await chat.NextAsync(Stop);
        await pager.NextAsync(Stop);
        await pager.NextAsync(Stop);
        await UntilAsync(() => center.Counters()[1].Sent == 2);

        using var moved = new RecordingNotifier("chat");
        using var added = new RecordingNotifier("added");
        using var samePager = new RecordingNotifier("pager");
        await center.ReloadAsync([new() { Notifier = moved }, new() { Notifier = added }, new() { Notifier = samePager }]);

        Assert.True(chat.IsDisposed);
        Assert.Equal([Notices.Lag.Title, "Second"], [(await moved.NextAsync(Stop)).Title, (await moved.NextAsync(Stop)).Title]);
        center.Post(Notices.Lag.Resolved);
        Assert.True((await moved.NextAsync(Stop)).IsResolved);
        Assert.True((await samePager.NextAsync(Stop)).IsResolved);
        center.Post(Notices.Plain("Third"));
        Assert.Equal("Third", (await added.NextAsync(Stop)).Title);
    }

    [Fact]
    public async Task A_dead_target_is_escalated_from_as_well()
    {
        chat.Behaviour = (_, _) => RecordingNotifier.RefuseAsync(isWorthRetrying: true, null);
        await using var center = Center(Chat() with { EscalateAfter = TimeSpan.FromMinutes(10), EscalateTo = ["pager"] }, Pager() with { SeverityMin = null });
        center.Post(Notices.Lag);

        Assert.Equal(Notices.Lag, await time.AdvanceUntilAsync(pager.NextAsync(Stop), Stop));
    }

    [Fact]
    public async Task Counters_say_what_has_become_of_notifications()
    {
        pager.Behaviour = (_, _) => RecordingNotifier.RefuseAsync(isWorthRetrying: false, null);
        await using var center = Center(Chat(), Pager());
        center.Post(Notices.Lag);
        center.Post(Notices.Plain("Other"));

        await UntilAsync(() => center.Counters() is [{ Sent: 2 }, { Failed: 2 }]);
        Assert.Equal([new("chat", 2, 0, 0, 0), new("pager", 0, 2, 0, 0)], center.Counters());
    }

    [Fact]
    public async Task An_ended_center_takes_notifications_without_a_word()
    {
        var center = Center(Chat());
        await center.DisposeAsync();

        center.Post(Notices.Lag);

        Assert.True(chat.IsDisposed);
        Assert.False(chat.HasMore);
    }

    public void Dispose()
    {
        chat.Dispose();
        pager.Dispose();
    }

    private NotificationTarget Chat() => new() { Notifier = chat };

    private NotificationTarget Pager() => new() { Notifier = pager };

    private NotificationCenter Center(params NotificationTarget[] targets) =>
        new([.. targets], () => 0, time, NullLogger<NotificationCenter>.Instance);

    private static async Task<List<(bool IsResolved, string? By)>> TakeAsync(RecordingNotifier notifier, int count)
    {
        var taken = new List<(bool, string?)>();
        while (taken.Count < count)
        {
            var next = await notifier.NextAsync(Stop);
            taken.Add((next.IsResolved, next.AcknowledgedBy));
        }

        return taken;
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        while (!isSo())
        {
            await Task.Delay(1, Stop);
        }
    }
}
