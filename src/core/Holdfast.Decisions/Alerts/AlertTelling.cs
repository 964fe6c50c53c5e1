using System.Collections.Immutable;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Alerts;

/// <summary>What people are told of a board: what fires and no silence covers, once, and who has taken it in hand.</summary>
public static class AlertTelling
{
    /// <param name="board">As the evaluation has left it.</param>
    /// <param name="over">What the evaluation has found to be over.</param>
    /// <param name="answers">What people have said.</param>
    /// <param name="now">The calendar's time.</param>
    public static (AlertBoard Board, ImmutableArray<AlertChange> Changes) Step(
        AlertBoard board, ImmutableArray<AlertChange> over, AlertAnswers answers, DateTimeOffset now)
    {
        var alerts = board.Alerts;
        var changes = ImmutableArray.CreateBuilder<AlertChange>();

        // The end is told wherever the beginning was, under a silence too: an incident that somebody has opened is to be closed.
        changes.AddRange(over.Where(change => change.Alert.IsTold));
        foreach (var (key, alert) in board.Alerts)
        {
            if (alert.FiringSince is not null && Step(key, alert, answers, now) is var (next, news) && (next != alert || news.Length > 0))
            {
                alerts = alerts.SetItem(key, next);
                changes.AddRange(news.Select(kind => new AlertChange(next, kind, now)));
            }
        }

        return (board with { Alerts = alerts }, changes.ToImmutable());
    }

    private static (ActiveAlert Next, AlertNews[] News) Step(string key, ActiveAlert alert, AlertAnswers answers, DateTimeOffset now)
    {
        var silence = answers.Silences.FirstOrDefault(silence => silence.Covers(alert, now))?.Id;
        var acknowledged = alert.Acknowledged ?? answers.Acknowledgements.FirstOrDefault(answer => answer.Key == key && answer.FiringSince == alert.FiringSince);

        // What has grown fires anew: it was told before, and is told again.
        var isAgain = alert.IsTold && alert.FiringSince == now;
        var next = alert with { SilencedBy = silence, Acknowledged = acknowledged, IsTold = alert.IsTold || silence is null };
        return (next,
        [
            .. next.IsTold && (!alert.IsTold || ((isAgain || alert.SilencedBy is not null) && silence is null)) ? (AlertNews[])[AlertNews.Fires] : [],
            .. alert is { IsTold: true, SilencedBy: null } && silence is not null ? (AlertNews[])[AlertNews.Silenced] : [],
            .. alert.Acknowledged is null && acknowledged is not null ? (AlertNews[])[AlertNews.Acknowledged] : [],
        ]);
    }
}
