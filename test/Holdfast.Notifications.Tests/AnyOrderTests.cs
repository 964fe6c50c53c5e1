using Holdfast.Notifications.Center;
using Holdfast.Ports.Notifications;
using Xunit;

namespace Holdfast.Notifications.Tests;

/// <summary>What holds whatever is posted and whatever a target answers, over many seeds.</summary>
public sealed class AnyOrderTests
{
    private const int Steps = 300;
    private const int QueueMax = 4;
    private static readonly string[] Names = ["A", "B", "C", "D", "E", "F"];

    public static IEnumerable<TheoryDataRow<int>> Seeds => Enumerable.Range(1, 50).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void An_end_is_told_only_after_its_beginning_was_taken_and_the_queue_stays_within_its_limit(int seed)
    {
        var random = new Random(seed);
        var target = new NotificationTarget { Notifier = new RecordingNotifier("target"), QueueMax = QueueMax, GiveUpAfter = TimeSpan.FromMinutes(5) };
        var queue = new TargetQueue(target, random.NextDouble);
        var open = new HashSet<string>();
        var now = TimeSpan.Zero;
        for (var step = 0; step < Steps; step++)
        {
            now += TimeSpan.FromSeconds(random.Next(30));
            queue.Offer(Any(random), now, isEscalated: false);
            if (queue.Take(now) is { } delivery)
            {
                queue.Offer(Any(random), now, isEscalated: false);
                var outcome = Any(random, delivery);
                Check(delivery.Notification, outcome, open);
                queue.Settle(outcome, now);
            }

            Assert.InRange(queue.Counters.Queued, 0, QueueMax);
        }
    }

    private static void Check(Notification notification, Outcome outcome, HashSet<string> open)
    {
        Assert.True(!notification.IsResolved || open.Contains(notification.Key), $"{notification.Key} ends without a beginning");
        if (outcome is Outcome.Taken && !notification.IsResolved)
        {
            open.Add(notification.Key);
        }

        if (outcome is not Outcome.Failed && notification.IsResolved)
        {
            open.Remove(notification.Key);
        }
    }

    private static Notification Any(Random random)
    {
        var notification = Notices.Plain(Names[random.Next(Names.Length)]);
        return random.Next(3) switch
        {
            0 => notification,
            1 => notification.Critical,
            _ => notification.Resolved,
        };
    }

    private static Outcome Any(Random random, Delivery delivery) => random.Next(4) switch
    {
        0 => new Outcome.Failed($"{delivery.Key} failed", null),
        1 => new Outcome.Refused($"{delivery.Key} is refused"),
        _ => new Outcome.Taken(),
    };
}
