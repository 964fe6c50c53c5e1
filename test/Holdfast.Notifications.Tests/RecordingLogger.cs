using System.Threading.Channels;
using Holdfast.Notifications.Center;
using Microsoft.Extensions.Logging;

namespace Holdfast.Notifications.Tests;

/// <summary>Keeps what the center logs.</summary>
internal sealed class RecordingLogger : ILogger<NotificationCenter>
{
    private readonly Channel<string> lines = Channel.CreateUnbounded<string>();

    public async Task<string> NextAsync(CancellationToken cancellationToken) => await lines.Reader.ReadAsync(cancellationToken);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Writer.TryWrite($"{logLevel} {eventId.Id}: {formatter(state, exception)}{exception}");
}
