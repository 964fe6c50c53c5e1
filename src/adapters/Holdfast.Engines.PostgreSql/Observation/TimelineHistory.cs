using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>
/// Where the earlier timelines of this system ended: the history file that PostgreSQL writes at each promotion, one line a timeline
/// with its number, its last position and the reason (documentation, "Continuous Archiving", Timelines).
/// </summary>
internal sealed class TimelineHistory(string dataDirectory)
{
    private int _timeline;
    private ImmutableArray<TimelineChange> _changes = [];

    /// <summary>Read once a timeline; empty for the first one, and while the file cannot be read.</summary>
    public ImmutableArray<TimelineChange> Read(int timeline)
    {
        if (timeline == _timeline)
        {
            return _changes;
        }

        try
        {
            var file = Path.Combine(dataDirectory, "pg_wal", timeline.ToString("X8", CultureInfo.InvariantCulture) + ".history");
            _changes = timeline == 1 ? [] : [.. File.ReadLines(file).Select(Parse).OfType<TimelineChange>()];
            _timeline = timeline;
            return _changes;
        }
        catch (IOException)
        {
            // It is written a moment before the promotion ends; the next look finds it.
            return [];
        }
    }

    private static TimelineChange? Parse(string line)
    {
        var fields = line.Split('\t', 3, StringSplitOptions.TrimEntries);
        return fields.Length >= 2
            && int.TryParse(fields[0], CultureInfo.InvariantCulture, out var timeline)
            && fields[1].Split('/') is [var high, var low]
            && long.TryParse(high, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var upper)
            && long.TryParse(low, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var lower)
                ? new TimelineChange(new(timeline), new((upper << 32) | lower), fields.Length > 2 ? fields[2] : "", null, null)
                : null;
    }
}
