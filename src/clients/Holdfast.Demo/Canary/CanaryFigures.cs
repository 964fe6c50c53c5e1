namespace Holdfast.Demo.Canary;

/// <summary>What a series of acknowledged writes says about the time between them.</summary>
public static class CanaryFigures
{
    /// <summary>
    /// The longest time between two acknowledgements in a row, over all writers, of which the second came within the window; the
    /// rest of the window after the last one counts as well. Null when none came in the window: the writes never came back.
    /// </summary>
    public static TimeSpan? LongestGap(IReadOnlyList<Acknowledgement> acknowledgements, TimeSpan from, TimeSpan to)
    {
        var times = acknowledgements.Select(acknowledgement => acknowledgement.Acknowledged).Where(at => at <= to).Order().ToList();
        if (times.Count == 0 || times[^1] < from)
        {
            return null;
        }

        var longest = to - times[^1];
        for (var i = 1; i < times.Count; i++)
        {
            if (times[i] >= from && times[i] - times[i - 1] > longest)
            {
                longest = times[i] - times[i - 1];
            }
        }

        return longest;
    }

    /// <summary>
    /// How many writes were acknowledged by a server that another one had replaced: sent after a newer timeline, or another
    /// server on the same timeline, had acknowledged one.
    /// </summary>
    public static int SecondWriterCount(IReadOnlyList<Acknowledgement> acknowledgements)
    {
        var answered = acknowledgements.OrderBy(acknowledgement => acknowledgement.Acknowledged).ToList();
        var (count, next, newest) = (0, 0, (Timeline: long.MinValue, Server: ""));
        foreach (var write in acknowledgements.OrderBy(acknowledgement => acknowledgement.Sent))
        {
            for (; next < answered.Count && answered[next].Acknowledged < write.Sent; next++)
            {
                newest = answered[next].Timeline > newest.Timeline ? (answered[next].Timeline, answered[next].Server) : newest;
            }

            var isReplaced = write.Timeline < newest.Timeline || (write.Timeline == newest.Timeline && write.Server != newest.Server);
            count += isReplaced ? 1 : 0;
        }

        return count;
    }

    /// <summary>Acknowledged writes that are not among the rows that are there.</summary>
    public static IReadOnlyList<Acknowledgement> Lost(
        IReadOnlyList<Acknowledgement> acknowledgements,
        IReadOnlySet<(int Writer, long Sequence)> rows) =>
        [.. acknowledgements.Where(acknowledgement => !rows.Contains((acknowledgement.Writer, acknowledgement.Sequence)))];
}
