using System.Collections.Immutable;
using Holdfast.Api.Contracts.Yaml;
using Holdfast.Configuration.Yaml;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the <c>log</c> section.</summary>
internal static class LogReader
{
    public static LogConfiguration Read(Section section)
    {
        var initial = new LogConfiguration();
        var log = new LogConfiguration
        {
            Type = section.Word("type", ("plain", LogType.Plain), ("json", LogType.Json)) ?? initial.Type,
            Level = Level(section, "level") ?? initial.Level,
            TracebackLevel = Level(section, "traceback_level") ?? initial.TracebackLevel,
            Format = ReadFormat(section),
            DateFormat = section.Text("dateformat"),
            Directory = section.Text("dir"),
            FileCount = (int)(section.Amount("file_num", Quantities.Plain, 0, 10_000) ?? initial.FileCount),
            FileSizeBytes = section.Amount("file_size", Quantities.Bytes, 1024, long.MaxValue / 2) ?? initial.FileSizeBytes,
            FileMode = ReadMode(section),
            StaticFields = section.NamedValues("static_fields"),
            Loggers = section.NamedValues("loggers"),
        };
        section.AcceptWithoutMeaning("the log is written at once", "max_queue_size");
        section.AcceptWithoutMeaning("a decision is logged when it changes", "deduplicate_heartbeat_logs");
        section.RefuseUnknown();
        return log;
    }

    private static string? Level(Section section, string key)
    {
        var level = section.Word(key, ("DEBUG", 0), ("INFO", 1), ("WARNING", 2), ("WARN", 2), ("ERROR", 3), ("CRITICAL", 4), ("FATAL", 4));
        return level is { } rank ? new[] { "DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL" }[rank] : null;
    }

    private static ImmutableArray<string> ReadFormat(Section section) => section.Node("format") switch
    {
        null => [],
        ConfigNode.Scalar scalar => [scalar.Text],
        ConfigNode.Sequence sequence => [.. sequence.Items.SelectMany(Fields)],
        var other => Refuse(section, other),
    };

    // JSON logs name fields ("- levelname") and rename them ("- levelname: level").
    private static IEnumerable<string> Fields(ConfigNode item) => item switch
    {
        ConfigNode.Scalar scalar => [scalar.Text],
        ConfigNode.Mapping mapping => mapping.Entries.Select(entry => entry.Value is ConfigNode.Scalar value ? $"{entry.Key}={value.Text}" : entry.Key),
        _ => [],
    };

    private static ImmutableArray<string> Refuse(Section section, ConfigNode other)
    {
        section.Wrong("format", other, "a format such as '%(asctime)s %(levelname)s: %(message)s', or a list of fields");
        return [];
    }

    // Patroni's files say 0644 (YAML's octal) or '0644'.
    private static int? ReadMode(Section section)
    {
        if (section.Scalar("mode", "file rights such as 0644") is not { } scalar)
        {
            return null;
        }

        if (YamlScalar.TryWholeNumber(scalar.Text, out var mode) && mode is >= 0 and <= 511)
        {
            return (int)mode;
        }

        section.Wrong("mode", scalar, "file rights such as 0644");
        return null;
    }
}
