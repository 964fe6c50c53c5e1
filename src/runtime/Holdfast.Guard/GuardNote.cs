using System.Globalization;
using System.Text;
using Holdfast.Model;
using Holdfast.Ports.Fencing;
using Microsoft.Extensions.Logging;

namespace Holdfast.Guard;

/// <summary>The guard's note that it has killed the database: a file of one line, the moment and the reason. The last one stays.</summary>
/// <param name="path">Of the file.</param>
/// <param name="logger">Told when the file cannot be written, read or removed: nothing else follows from that.</param>
public sealed partial class GuardNote(string path, ILogger logger) : IFencingNote
{
    private const int BytesMax = 1000;
    private const string TimeFormat = "O";

    /// <summary>Beside the data directory, which may be replaced before anybody reads it.</summary>
    /// <param name="dataDirectory">Of the database.</param>
    public static string PathOf(string dataDirectory) => dataDirectory.TrimEnd('/') + ".fenced";

    /// <summary>On the disk when it returns, unless that failed.</summary>
    /// <param name="fencing">What was done.</param>
    public void Leave(Fencing fencing)
    {
        try
        {
            var unfinished = path + ".new";
            using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                file.Write(Encoding.UTF8.GetBytes($"{fencing.At.ToString(TimeFormat, CultureInfo.InvariantCulture)} {fencing.Why}\n"));
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotLeft(path, exception.Message);
        }
    }

    public Fencing? Read()
    {
        try
        {
            if (!File.Exists(path))
            {
                return null;
            }

            if (Parse(Text()) is { } fencing)
            {
                return fencing;
            }

            LogMalformed(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotRead(path, exception.Message);
            return null;
        }

        Remove();
        return null;
    }

    public void Remove()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            LogNotRemoved(path, exception.Message);
        }
    }

    private string Text()
    {
        using var file = File.OpenRead(path);
        var buffer = new byte[BytesMax];
        return Encoding.UTF8.GetString(buffer, 0, file.ReadAtLeast(buffer, BytesMax, throwOnEndOfStream: false));
    }

    private static Fencing? Parse(string text) =>
        text.TrimEnd('\n').Split(' ', 2) is [var moment, { Length: > 0 } why]
            && DateTimeOffset.TryParseExact(moment, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out var at)
            && !why.Any(char.IsControl)
            ? new(at, why)
            : null;

    [LoggerMessage(1321, LogLevel.Warning, "{Path} could not be written, so the audit trail will not say that the guard has killed the database: {Why}")]
    private partial void LogNotLeft(string path, string why);

    [LoggerMessage(1322, LogLevel.Warning, "{Path} is no note of a guard; it is removed")]
    private partial void LogMalformed(string path);

    [LoggerMessage(1323, LogLevel.Warning, "{Path}, where a guard leaves its note, could not be read: {Why}")]
    private partial void LogNotRead(string path, string why);

    [LoggerMessage(1324, LogLevel.Warning, "{Path} is in the audit trail and could not be removed: the next agent will write it down again: {Why}")]
    private partial void LogNotRemoved(string path, string why);
}
