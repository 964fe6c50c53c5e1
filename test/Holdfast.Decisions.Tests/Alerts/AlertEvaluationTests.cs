using System.Collections.Immutable;
using Holdfast.Decisions.Alerts;
using Holdfast.Model.Alerts;
using Xunit;

namespace Holdfast.Decisions.Tests.Alerts;

/// <summary>When an alert fires and when it is over: edges, pauses, and what a second evaluator goes on with.</summary>
public sealed class AlertEvaluationTests
{
    private const string Figure = AlertFigures.LagSeconds;
    private static readonly DateTimeOffset Start = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static AlertRule Lag { get; } = new("ReplicationLag", AlertExpression.Parse("replication_lag_seconds > 60")!, TimeSpan.FromSeconds(5), AlertSeverity.Warning, "{subject} is {value} s behind")
    {
        Until = AlertExpression.Parse("replication_lag_seconds > 30"),
        KeepFor = TimeSpan.FromSeconds(10),
    };

    [Theory]
    [InlineData(60.0, false)]
    [InlineData(60.1, true)]
    public void A_limit_itself_is_not_beyond_it(double value, bool isSeen) => Assert.Equal(isSeen, !Step(AlertBoard.Empty, 0, value).Board.Alerts.IsEmpty);

    [Theory]
    [InlineData("disk_free_percent < 10", 10.0, false)]
    [InlineData("disk_free_percent < 10", 9.9, true)]
    [InlineData("disk_free_percent <= 10", 10.0, true)]
    [InlineData("quorum == 0", 0, true)]
    [InlineData("quorum != 0", 0, false)]
    [InlineData("apply_backlog >= 7", 7, true)]
    public void Comparisons_are_what_they_say(string expression, double value, bool holds) => Assert.Equal(holds, AlertExpression.Parse(expression)!.Holds(value));

    [Theory]
    [InlineData("")]
    [InlineData("replication_lag_seconds")]
    [InlineData("replication_lag_seconds ~ 60")]
    [InlineData("replication_lag_seconds > many")]
    [InlineData("replication_lag_seconds > NaN")]
    [InlineData("no_such_figure > 60")]
    public void What_is_no_expression_is_none(string text) => Assert.Null(AlertExpression.Parse(text));

    [Fact]
    public void An_alert_fires_once_it_has_held_for_as_long_as_its_rule_wants_and_is_told_once()
    {
        var (board, changes) = Step(AlertBoard.Empty, 0, 100);
        Assert.Empty(changes);
        (board, changes) = Step(board, 4.999, 100);
        Assert.Empty(changes);

        (board, changes) = Step(board, 5, 120);
        var change = Assert.Single(changes);
        Assert.False(change.IsResolved);
        Assert.Equal("node2 is 120 s behind", change.Alert.Summary);
        Assert.Equal(Start, change.Alert.Since);

        (_, changes) = Step(board, 6, 130);
        Assert.Empty(changes);
    }

    [Fact]
    public void What_stops_before_it_fires_is_forgotten_and_begins_anew()
    {
        var (board, _) = Step(AlertBoard.Empty, 0, 100);
        (board, _) = Step(board, 4, 10);
        Assert.Empty(board.Alerts);
        (board, _) = Step(board, 5, 100);
        Assert.Empty(Step(board, 9, 100).Changes);
    }

    [Fact]
    public void It_goes_on_firing_between_the_two_limits_and_is_over_when_it_has_stayed_below_both()
    {
        var board = Firing();
        (board, var changes) = Step(board, 10, 40);
        Assert.Empty(changes);
        Assert.Null(Assert.Single(board.Alerts.Values).OverSince);

        (board, changes) = Step(board, 20, 30);
        Assert.Empty(changes);
        (board, changes) = Step(board, 29, 0);
        Assert.Empty(changes);
        (board, changes) = Step(board, 30, 0);
        Assert.True(Assert.Single(changes).IsResolved);
        Assert.Empty(board.Alerts);
    }

    [Fact]
    public void What_comes_and_goes_is_told_once()
    {
        var (board, told) = (Firing(), 0);
        for (var second = 6; second < 60; second++)
        {
            (board, var changes) = Step(board, second, second % 8 == 0 ? 100 : 0);
            told += changes.Length;
        }

        Assert.Equal(0, told);
    }

    [Fact]
    public void Another_evaluator_goes_on_where_the_last_one_was()
    {
        var (pending, _) = Step(AlertBoard.Empty, 0, 100);
        Assert.Single(Step(new AlertBoard(pending.Alerts), 5, 100).Changes);
        Assert.Empty(Step(new AlertBoard(Firing().Alerts), 6, 100).Changes);
    }

    [Fact]
    public void Subjects_are_told_apart()
    {
        var (board, _) = Step([Lag], [new(Figure, "node2", 100), new(Figure, "node3", 5)], AlertBoard.Empty, Start);

        Assert.Equal(["ReplicationLag/node2"], board.Alerts.Keys);
    }

    [Fact]
    public void A_subject_of_which_nothing_is_heard_goes_on_firing_for_a_while_and_a_rule_that_is_gone_is_over_at_once()
    {
        var board = Firing();
        var (silent, changes) = Step([Lag], [], board, Start.AddMinutes(1));
        Assert.Empty(changes);
        Assert.True(Assert.Single(Step([Lag], [], silent, Start.AddMinutes(7)).Changes).IsResolved);
        Assert.True(Assert.Single(Step([], [new(Figure, "node2", 100)], board, Start.AddMinutes(1)).Changes).IsResolved);
    }

    private static AlertBoard Firing()
    {
        var (board, _) = Step(AlertBoard.Empty, 0, 100);
        (board, var changes) = Step(board, 5, 100);
        Assert.Single(changes);
        return board;
    }

    private static (AlertBoard Board, ImmutableArray<AlertChange> Changes) Step(AlertBoard board, double seconds, double value) =>
        Step([Lag], [new(Figure, "node2", value)], board, Start.AddSeconds(seconds));

    private static (AlertBoard Board, ImmutableArray<AlertChange> Changes) Step(ImmutableArray<AlertRule> rules, AlertSample[] samples, AlertBoard board, DateTimeOffset now)
    {
        var evaluation = new AlertEvaluation(rules, board, isOwn: false, now);
        foreach (var sample in samples)
        {
            evaluation.Visit(sample);
        }

        var (next, over) = evaluation.End();
        return AlertTelling.Step(next, over, AlertAnswers.Empty, now);
    }
}
