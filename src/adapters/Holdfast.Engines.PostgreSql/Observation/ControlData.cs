using System.Collections.Immutable;
using System.Globalization;
using Holdfast.Engines.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>The control file, as pg_controldata reads it.</summary>
internal sealed record ControlData(
    string SystemId,
    ControlState State,
    LogPosition End,
    Timeline EndTimeline,
    ImmutableSortedDictionary<string, int> Minima)
{
    private static readonly (string Parameter, string Line)[] Settings =
    [
        ("max_connections", "max_connections setting"),
        ("max_wal_senders", "max_wal_senders setting"),
        ("max_prepared_transactions", "max_prepared_xacts setting"),
        ("max_locks_per_transaction", "max_locks_per_xact setting"),
        ("max_worker_processes", "max_worker_processes setting"),
    ];

    public static ControlData? Parse(string output)
    {
        var lines = output.Split('\n')
            .Select(line => line.Split(':', 2))
            .Where(parts => parts.Length == 2)
            .GroupBy(parts => parts[0].Trim(), StringComparer.Ordinal)
            .ToDictionary(group => group.Key, group => group.First()[1].Trim(), StringComparer.Ordinal);
        if (!lines.TryGetValue("Database cluster state", out var state) || !lines.TryGetValue("Database system identifier", out var id))
        {
            return null;
        }

        var checkpoint = Position(lines.GetValueOrDefault("Latest checkpoint location"));
        var timeline = Number(lines.GetValueOrDefault("Latest checkpoint's TimeLineID"));
        var recovered = Position(lines.GetValueOrDefault("Minimum recovery ending location"));
        var recoveredTimeline = Number(lines.GetValueOrDefault("Min recovery ending loc's timeline"));
        var isPrimary = state is "in production" or "shut down" or "shutting down" or "in crash recovery";
        return new(
            id,
            new(state is "shut down" or "shut down in recovery", isPrimary, checkpoint, new(timeline)),
            recovered > checkpoint ? recovered : checkpoint,
            new(Math.Max(timeline, recoveredTimeline)),
            Settings.ToImmutableSortedDictionary(
                setting => setting.Parameter,
                setting => Number(lines.GetValueOrDefault(setting.Line)),
                StringComparer.Ordinal));
    }

    private static int Number(string? text) => int.TryParse(text, CultureInfo.InvariantCulture, out var number) ? number : 0;

    private static LogPosition Position(string? text) => LogSequence.TryParse(text, out var position) ? position : LogPosition.Zero;
}

/// <summary>PostgreSQL's way of writing a position.</summary>
internal static class LogSequence
{
    public static bool TryParse(string? text, out LogPosition position)
    {
        position = LogPosition.Zero;
        if (text?.Split('/') is not [var high, var low]
            || !uint.TryParse(high, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var upper)
            || !uint.TryParse(low, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var lower))
        {
            return false;
        }

        position = new((long)(((ulong)upper << 32) | lower));
        return true;
    }

    public static string Render(LogPosition position) =>
        string.Create(CultureInfo.InvariantCulture, $"{(ulong)position.Bytes >> 32:X}/{(uint)position.Bytes:X}");
}

/// <summary>Reads the control file only when it was written since the last time.</summary>
internal sealed class ControlFile(PostgreSqlOptions options, ToolRunner tools)
{
    private readonly string _path = Path.Combine(options.DataDirectory, "global", "pg_control");
    private (DateTime WrittenAt, ControlData? Data) _last;

    /// <summary>Null when there is none, or it cannot be read.</summary>
    public async Task<ControlData?> ReadAsync(CancellationToken cancellationToken)
    {
        var writtenAt = File.GetLastWriteTimeUtc(_path);
        if (writtenAt == _last.WrittenAt && _last.Data is not null)
        {
            return _last.Data;
        }

        if (!File.Exists(_path))
        {
            return null;
        }

        var result = await tools.RunAsync("pg_controldata", ["-D", options.DataDirectory], cancellationToken);
        _last = (writtenAt, result.Succeeded ? ControlData.Parse(result.Output) : null);
        return _last.Data;
    }
}
