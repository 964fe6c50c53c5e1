using System.Collections.Immutable;
using Holdfast.Decisions.Alerts;
using Holdfast.Model.Alerts;
using Xunit;

namespace Holdfast.Decisions.Tests.Alerts;

/// <summary>Who is told of what fires when people have said something of it.</summary>
public sealed class AlertTellingTests
{
    private const string Key = "ReplicationLag/node2";
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);
    private readonly AlertRule lag = new("ReplicationLag", AlertExpression.Parse("replication_lag_seconds > 60")!, TimeSpan.Zero, AlertSeverity.Warning, "{subject} is late") { KeepFor = TimeSpan.Zero };
    private AlertBoard board = AlertBoard.Empty;
    private AlertAnswers answers = AlertAnswers.Empty;

    [Fact]
    public void What_a_silence_covers_fires_and_is_shown_and_nobody_is_told()
    {
        Silence("ReplicationLag", null, TimeSpan.FromHours(2));

        Assert.Empty(Turn(0, 100));
        Assert.Equal((true, false, "20260501120000"), (Alert.FiringSince is not null, Alert.IsTold, Alert.SilencedBy));
        Assert.Empty(Turn(60, 0));
        Assert.Empty(board.Alerts);
    }

    [Fact]
    public void What_still_fires_when_its_silence_ends_is_told_then()
    {
        Silence(null, "node2", TimeSpan.FromMinutes(10));
        Assert.Empty(Turn(0, 100));
        Assert.Empty(Turn(599.9, 100));

        Assert.Equal([AlertNews.Fires], Turn(600, 100));
        Assert.Empty(Turn(601, 100));
        Assert.Equal([AlertNews.Over], Turn(700, 0));
    }

    [Fact]
    public void A_silence_that_somebody_ends_has_ended()
    {
        Silence("ReplicationLag", "node2", TimeSpan.FromHours(2));
        Assert.Empty(Turn(0, 100));
        (answers, _) = Given(AlertAnswering.EndSilence(answers, board, "20260501120000", Start));

        Assert.Equal([AlertNews.Fires], Turn(1, 100));
    }

    [Theory]
    [InlineData("DiskSpaceLow", null)]
    [InlineData(null, "node3")]
    [InlineData("ReplicationLag", "node3")]
    public void A_silence_of_something_else_covers_nothing(string? rule, string? member)
    {
        Silence(rule, member, TimeSpan.FromHours(2));

        Assert.Equal([AlertNews.Fires], Turn(0, 100));
    }

    [Fact]
    public void A_silence_that_comes_later_is_told_so_that_nobody_else_is_and_the_end_is_told_where_the_beginning_was()
    {
        Assert.Equal([AlertNews.Fires], Turn(0, 100));
        Silence("ReplicationLag", null, TimeSpan.FromHours(2));

        Assert.Equal([AlertNews.Silenced], Turn(1, 100));
        Assert.Empty(Turn(2, 100));
        Assert.Equal([AlertNews.Over], Turn(3, 0));
    }

    [Fact]
    public void What_somebody_has_taken_in_hand_says_who_and_when_and_is_told_once()
    {
        Turn(0, 100);
        Acknowledge("ann", "it catches up");

        Assert.Equal([AlertNews.Acknowledged], Turn(2, 100));
        Assert.Equal(("ann", Start.AddSeconds(1), "it catches up"), (Alert.Acknowledged!.By, Alert.Acknowledged.At, Alert.Acknowledged.Comment));
        Assert.Empty(Turn(3, 100));
    }

    [Fact]
    public void What_fires_again_needs_another_word()
    {
        Turn(0, 100);
        Acknowledge("ann", "");
        Turn(2, 100);
        Assert.Equal([AlertNews.Over], Turn(3, 0));

        Assert.Equal([AlertNews.Fires], Turn(4, 100));
        Assert.Null(Alert.Acknowledged);
        Acknowledge("bob", "");
        Assert.Equal("bob", Assert.Single(answers.Acknowledgements).By);
        Assert.Equal([AlertNews.Acknowledged], Turn(5, 100));
    }

    [Fact]
    public void An_answer_that_makes_no_sense_says_why()
    {
        Assert.Equal((null, $"no alert {Key} fires"), AlertAnswering.Acknowledge(answers, board, Key, "ann", "", Start));
        Turn(0, 100);
        Acknowledge("ann", "");
        Assert.Equal((null, $"{Key} was acknowledged by ann at 2026-05-01 12:00:01Z"), AlertAnswering.Acknowledge(answers, board, Key, "bob", "", Start));
        Assert.Equal((null, "there is no silence 1"), AlertAnswering.EndSilence(answers, board, "1", Start));
        Assert.Null(AlertAnswering.Silence(answers, board, new("", "X", null, Start, Start, "ann", "")).Answers);
        Assert.Null(AlertAnswering.Silence(answers, board, new("", "X", null, Start, Start.AddDays(31), "ann", "")).Answers);
    }

    [Fact]
    public void Silences_of_one_moment_have_two_names_and_there_is_an_end_to_their_number()
    {
        for (var number = 0; number < AlertAnswering.SilencesMax; number++)
        {
            Silence("ReplicationLag", null, TimeSpan.FromHours(1));
        }

        Assert.Equal(AlertAnswering.SilencesMax, answers.Silences.Select(silence => silence.Id).Distinct().Count());
        Assert.Null(AlertAnswering.Silence(answers, board, new("", "X", null, Start, Start.AddHours(1), "ann", "")).Answers);

        // What has ended makes room.
        Assert.Single(AlertAnswering.Silence(answers, board, new("", "X", null, Start.AddHours(1), Start.AddHours(2), "ann", "")).Answers!.Silences);
    }

    [Fact]
    public void A_figure_that_swings_around_its_limit_is_told_at_most_twice_a_keeping_time()
    {
        var damped = lag with { Until = AlertExpression.Parse("replication_lag_seconds > 30"), KeepFor = TimeSpan.FromMinutes(1) };
        var told = Enumerable.Range(0, 3600).SelectMany(second => Turn(damped, second, second % 7 < 3 ? 100 : 0)).Count();

        Assert.Equal(1, told);
    }

    [Fact]
    public void Each_further_escalation_is_told_and_a_look_in_between_is_not()
    {
        var rule = new AlertRule("ApprovalEscalated", AlertExpression.Parse("approval_escalations > 0")!, TimeSpan.Zero, AlertSeverity.Critical, "asked {value} times") { IsEscalated = true };
        IEnumerable<AlertNews> Asked(double second, int times) => Turn(rule, new AlertSample(AlertFigures.ApprovalEscalations, "", times) { Asked = times }, second);

        Assert.Equal([AlertNews.Fires], Asked(0, 1));
        Assert.Empty(Asked(1, 1));
        Assert.Equal([AlertNews.Fires], Asked(2, 2));
        Assert.Equal((Start.AddSeconds(2), "asked 2 times"), (Alert.Since, Alert.Summary));
        Assert.Empty(Asked(3, 2));
        (answers, _) = Given(AlertAnswering.Acknowledge(answers, board, "ApprovalEscalated", "ann", "", Start.AddSeconds(4)));
        Assert.Equal([AlertNews.Acknowledged], Asked(5, 2));
        Assert.Empty(Asked(6, 3));
        Asked(7, 0);
        Assert.Equal([AlertNews.Over], Asked(70, 0));
    }

    [Fact]
    public void An_escalation_under_a_silence_is_told_when_that_ends_and_the_end_is_told_in_any_case()
    {
        var rule = new AlertRule("ApprovalEscalated", AlertExpression.Parse("approval_escalations > 0")!, TimeSpan.Zero, AlertSeverity.Critical, "") { IsEscalated = true, KeepFor = TimeSpan.Zero };
        IEnumerable<AlertNews> Asked(double second, int times) => Turn(rule, new AlertSample(AlertFigures.ApprovalEscalations, "", times) { Asked = times }, second);
        Assert.Equal([AlertNews.Fires], Asked(0, 1));
        Silence("ApprovalEscalated", null, TimeSpan.FromSeconds(5));

        Assert.Equal([AlertNews.Silenced], Asked(1, 2));
        Assert.Equal([AlertNews.Fires], Asked(5, 2));
        Silence("ApprovalEscalated", null, TimeSpan.FromHours(5));
        Assert.Equal([AlertNews.Silenced], Asked(6, 3));
        Assert.Equal([AlertNews.Over], Asked(7, 0));
    }

    [Fact]
    public void A_figure_that_only_grows_worse_is_no_news()
    {
        Assert.Equal([AlertNews.Fires], Turn(0, 100));
        Assert.Empty(Turn(1, 200));
        Assert.Null(Alert.Asked);
    }

    private ActiveAlert Alert => Assert.Single(board.Alerts.Values);

    private void Silence(string? rule, string? member, TimeSpan length) =>
        (answers, _) = Given(AlertAnswering.Silence(answers, board, new("", rule, member, Start, Start + length, "ann", "")));

    private void Acknowledge(string by, string comment) => (answers, _) = Given(AlertAnswering.Acknowledge(answers, board, Key, by, comment, Start.AddSeconds(1)));

    private static (AlertAnswers Answers, string Words) Given((AlertAnswers? Answers, string Words) answer) =>
        (answer.Answers ?? throw new InvalidOperationException(answer.Words), answer.Words);

    private ImmutableArray<AlertNews> Turn(double second, double value) => Turn(lag, second, value);

    private ImmutableArray<AlertNews> Turn(AlertRule rule, double second, double value) => Turn(rule, new AlertSample(AlertFigures.LagSeconds, "node2", value), second);

    private ImmutableArray<AlertNews> Turn(AlertRule rule, AlertSample sample, double second)
    {
        var now = Start.AddSeconds(second);
        var evaluation = new AlertEvaluation([rule], board, isOwn: false, now);
        evaluation.Visit(sample);
        var (next, over) = evaluation.End();
        (board, var changes) = AlertTelling.Step(next, over, answers, now);
        return [.. changes.Select(change => change.News)];
    }
}
