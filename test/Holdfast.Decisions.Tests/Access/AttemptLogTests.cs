using Holdfast.Decisions.Access;
using Xunit;

namespace Holdfast.Decisions.Tests.Access;

public sealed class AttemptLogTests
{
    private static readonly TimeSpan Start = TimeSpan.FromHours(5);
    private AttemptLog log = AttemptLog.Empty;

    [Fact]
    public void An_attempt_is_written_once_and_how_often_it_was_repeated_when_its_window_ends()
    {
        Assert.True(Note(Of("vera"), 0));
        Assert.False(Note(Of("vera"), 1));
        Assert.False(Note(Of("vera"), 59));

        Assert.Empty(Tell(59));
        Assert.Equal([new RepeatedAttempt(Of("vera"), 2)], Tell(60));
    }

    [Fact]
    public void One_that_never_ends_is_told_once_a_window_and_never_written_anew()
    {
        Note(Of("vera"), 0);
        for (var second = 1; second < 600; second++)
        {
            Assert.False(Note(Of("vera"), second));
            Assert.True(Tell(second).Length <= (second % 60 == 0 ? 1 : 0));
        }
    }

    [Fact]
    public void One_that_has_ended_is_forgotten_and_written_when_it_comes_again()
    {
        Note(Of("vera"), 0);

        Assert.Empty(Tell(60));
        Assert.True(Note(Of("vera"), 61));
    }

    [Fact]
    public void Another_person_route_or_reason_is_another_attempt()
    {
        Assert.True(Note(Of("vera"), 0));
        Assert.True(Note(Of("alex"), 0));
        Assert.True(Note(Of("vera") with { What = "POST /restart" }, 0));
        Assert.True(Note(Of("vera") with { Answer = "Another restart is already scheduled" }, 0));
    }

    [Fact]
    public void Who_varies_what_he_asks_is_counted_after_a_few_and_hinders_nobody_else()
    {
        var written = Enumerable.Range(0, 1000).Count(number => Note(Of("vera") with { What = $"DELETE /holdfast/v1/tokens/{number}" }, 0));

        Assert.Equal(AttemptLog.PersonMax, written);
        Assert.True(Note(Of("alex"), 1));
        var told = Assert.Single(Tell(60));
        Assert.Equal(("vera", "other requests", 1000 - AttemptLog.PersonMax), (told.Attempt.Who, told.Attempt.What, told.Times));
    }

    [Fact]
    public void From_however_many_addresses_they_come_so_many_are_written_and_no_more()
    {
        var written = Enumerable.Range(0, 1000).Count(number => Note(Of($"somebody at 10.0.{number / 250}.{number % 250}"), 0));

        Assert.Equal(AttemptLog.DifferentMax, written);
        Assert.Equal([("several", 1000 - AttemptLog.DifferentMax)], Tell(60).Select(told => (told.Attempt.Who, told.Times)));
    }

    private static Attempt Of(string who) => new("operation", who, "POST /reload", "403", $"{who} has viewer");

    private bool Note(Attempt attempt, double second)
    {
        (log, var isWritten) = log.Note(attempt, Start + TimeSpan.FromSeconds(second));
        return isWritten;
    }

    private RepeatedAttempt[] Tell(double second)
    {
        (log, var told) = log.Tell(Start + TimeSpan.FromSeconds(second));
        return [.. told];
    }
}
