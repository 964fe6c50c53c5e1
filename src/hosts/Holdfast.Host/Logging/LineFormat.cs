using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Holdfast.Configuration;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Logging;

/// <summary>One log line: plain text in the manner of Python's format strings, as Patroni's users know them, or one JSON object.</summary>
internal sealed class LineFormat(LogConfiguration configuration)
{
    private const string Default = "%(asctime)s %(levelname)s: %(message)s";
    private readonly ImmutableArray<string> pieces = Split(configuration.Format is [var format] ? format : Default);

    public string Write(DateTimeOffset at, LogLevel level, string logger, string message, Exception? exception) =>
        configuration.Type == LogType.Json
            ? Json(at, level, logger, message, exception)
            : Plain(at, level, logger, message, exception);

    /// <summary>Python's word for a level.</summary>
    public static string Word(LogLevel level) => level switch
    {
        LogLevel.Trace or LogLevel.Debug => "DEBUG",
        LogLevel.Information => "INFO",
        LogLevel.Warning => "WARNING",
        LogLevel.Error => "ERROR",
        _ => "CRITICAL",
    };

    /// <summary>The least level that a Python word lets through.</summary>
    public static LogLevel Level(string word) => word.ToUpperInvariant() switch
    {
        "DEBUG" or "NOTSET" => LogLevel.Debug,
        "WARNING" or "WARN" => LogLevel.Warning,
        "ERROR" => LogLevel.Error,
        "CRITICAL" or "FATAL" => LogLevel.Critical,
        _ => LogLevel.Information,
    };

    private string Plain(DateTimeOffset at, LogLevel level, string logger, string message, Exception? exception)
    {
        var line = new StringBuilder();
        foreach (var piece in pieces)
        {
            _ = line.Append(piece switch
            {
                "%(asctime)s" => Time(at),
                "%(levelname)s" => Word(level),
                "%(message)s" => message,
                "%(name)s" => logger,
                "%(process)d" or "%(process)s" => Environment.ProcessId.ToString(CultureInfo.InvariantCulture),
                "%(threadName)s" => "MainThread",
                _ => piece,
            });
        }

        return exception is null ? line.ToString() : line.Append('\n').Append(exception).ToString();
    }

    private string Json(DateTimeOffset at, LogLevel level, string logger, string message, Exception? exception)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("asctime", Time(at));
            writer.WriteString("levelname", Word(level));
            writer.WriteString("name", logger);
            writer.WriteString("message", message);
            if (exception is not null)
            {
                writer.WriteString("exc_info", exception.ToString());
            }

            foreach (var field in configuration.StaticFields)
            {
                writer.WriteString(field.Name, field.Value);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private static string Time(DateTimeOffset at) =>
        at.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss,fff", CultureInfo.InvariantCulture);

    /// <summary>Cuts the format before and after each %(name)s.</summary>
    private static ImmutableArray<string> Split(string format)
    {
        var pieces = ImmutableArray.CreateBuilder<string>();
        for (var start = 0; start < format.Length;)
        {
            var open = format.IndexOf("%(", start, StringComparison.Ordinal);
            var close = open < 0 ? -1 : format.IndexOf(')', open);
            if (close < 0 || close + 1 >= format.Length)
            {
                pieces.Add(format[start..]);
                break;
            }

            if (open > start)
            {
                pieces.Add(format[start..open]);
            }

            pieces.Add(format[open..(close + 2)]);
            start = close + 2;
        }

        return pieces.ToImmutable();
    }
}
