using System.Globalization;
using Holdfast.Model.Alerts;

namespace Holdfast.Decisions.Alerts;

/// <summary>What becomes of people's answers when somebody gives another: silences that have ended and acknowledgements of what is over go.</summary>
public static class AlertAnswering
{
    public const int SilencesMax = 100;
    public static readonly TimeSpan LongestSilence = TimeSpan.FromDays(30);

    /// <summary>Null and why when it is refused. The silence gets its name here: the moment that it began, and a number where that is taken.</summary>
    public static (AlertAnswers? Answers, string Words) Silence(AlertAnswers answers, AlertBoard board, AlertSilence silence)
    {
        var kept = Kept(answers, board, silence.StartsAt);
        var named = silence with { Id = FreeId(kept, silence.StartsAt) };
        return (silence.EndsAt - silence.StartsAt) switch
        {
            var length when length <= TimeSpan.Zero || length > LongestSilence => (null, $"a silence lasts more than 0 s, and {LongestSilence.TotalDays:0} days at most"),
            _ when kept.Silences.Length >= SilencesMax => (null, $"there are {SilencesMax} silences already; end one of them"),
            _ => (kept with { Silences = kept.Silences.Add(named) }, string.Create(CultureInfo.InvariantCulture, $"silence {named.Id} holds until {named.EndsAt:u}")),
        };
    }

    /// <summary>Null and why when there is none.</summary>
    public static (AlertAnswers? Answers, string Words) EndSilence(AlertAnswers answers, AlertBoard board, string id, DateTimeOffset now)
    {
        var kept = Kept(answers, board, now);
        return kept.Silences.FirstOrDefault(silence => silence.Id == id) is { } ended
            ? (kept with { Silences = kept.Silences.Remove(ended) }, $"silence {id} has ended")
            : (null, $"there is no silence {id}");
    }

    /// <param name="answers">As they are.</param>
    /// <param name="board">What the store says fires.</param>
    /// <param name="key">Of the alert, as <c>alerts</c> shows it: <c>ReplicationLag/node2</c>.</param>
    /// <param name="by">Who takes it in hand.</param>
    /// <param name="comment">Empty for none.</param>
    /// <param name="now">The calendar's time.</param>
    public static (AlertAnswers? Answers, string Words) Acknowledge(
        AlertAnswers answers, AlertBoard board, string key, string by, string comment, DateTimeOffset now)
    {
        var kept = Kept(answers, board, now);
        return board.Alerts.GetValueOrDefault(key) switch
        {
            null => (null, $"no alert {key} fires"),
            { FiringSince: null } => (null, $"{key} does not fire yet"),
            { Acknowledged: { } known } => (null, Taken(key, known)),
            _ when kept.Acknowledgements.FirstOrDefault(answer => answer.Key == key) is { } known => (null, Taken(key, known)),
            { FiringSince: { } since } => (kept with { Acknowledgements = kept.Acknowledgements.Add(new(key, since, by, now, comment)) }, $"{key} is acknowledged by {by}"),
        };
    }

    private static string FreeId(AlertAnswers answers, DateTimeOffset at)
    {
        var moment = at.UtcDateTime.ToString("yyyyMMddHHmmss", CultureInfo.InvariantCulture);
        return Enumerable.Range(1, SilencesMax + 1)
            .Select(number => number == 1 ? moment : string.Create(CultureInfo.InvariantCulture, $"{moment}-{number}"))
            .First(id => answers.Silences.All(other => other.Id != id));
    }

    private static string Taken(string key, AlertAcknowledgement known) =>
        string.Create(CultureInfo.InvariantCulture, $"{key} was acknowledged by {known.By} at {known.At:u}");

    private static AlertAnswers Kept(AlertAnswers answers, AlertBoard board, DateTimeOffset now) => new(
        [.. answers.Silences.Where(silence => now < silence.EndsAt)],
        [.. answers.Acknowledgements.Where(answer => board.Alerts.GetValueOrDefault(answer.Key)?.FiringSince == answer.FiringSince)]);
}
