using Holdfast.Configuration;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Logging;

/// <summary>
/// The loggers of one process: one line a record to standard error, or to a file that is turned over by size. A reader that
/// went away never stops the agent.
/// </summary>
internal sealed class LineLoggers : ILoggerFactory
{
    private readonly Lock gate = new();
    private readonly LineFormat format;
    private readonly LogConfiguration configuration;
    private readonly LogLevel least;
    private readonly TimeProvider time;
    private StreamWriter output;
    private long written;

    public LineLoggers(LogConfiguration configuration, TimeProvider time)
    {
        this.configuration = configuration;
        this.time = time;
        format = new LineFormat(configuration);
        least = LineFormat.Level(configuration.Level);
        output = Open();
    }

    private string? FilePath => configuration.Directory is { } directory ? Path.Combine(directory, "holdfast.log") : null;

    public ILogger CreateLogger(string categoryName) => new LineLogger(this, categoryName[(categoryName.LastIndexOf('.') + 1)..]);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("The log has one destination.");

    public void Dispose()
    {
        lock (gate)
        {
            output.Dispose();
        }
    }

    private void Write(LogLevel level, string logger, string message, Exception? exception)
    {
        var line = format.Write(time.GetUtcNow(), level, logger, message, exception);
        lock (gate)
        {
            try
            {
                output.WriteLine(line);
                TurnOver(line.Length + 1);
            }
            catch (Exception problem) when (problem is IOException or ObjectDisposedException or UnauthorizedAccessException)
            {
                // The log's reader is gone or its disk is full; the database matters more.
            }
        }
    }

    private StreamWriter Open()
    {
        if (FilePath is not { } path)
        {
            return new StreamWriter(Console.OpenStandardError()) { AutoFlush = true };
        }

        Directory.CreateDirectory(configuration.Directory!);
        written = File.Exists(path) ? new FileInfo(path).Length : 0;
        return new StreamWriter(path, append: true) { AutoFlush = true };
    }

    private void TurnOver(int bytes)
    {
        written += bytes;
        if (FilePath is not { } path || written < configuration.FileSizeBytes)
        {
            return;
        }

        output.Dispose();
        for (var number = configuration.FileCount - 1; number >= 0; number--)
        {
            var from = number == 0 ? path : $"{path}.{number}";
            if (File.Exists(from))
            {
                File.Move(from, $"{path}.{number + 1}", overwrite: true);
            }
        }

        output = Open();
    }

    private sealed class LineLogger(LineLoggers owner, string name) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= owner.least && logLevel != LogLevel.None;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                owner.Write(logLevel, name, formatter(state, exception), exception);
            }
        }
    }
}
