using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>What a store has logged.</summary>
internal sealed class LogLines : ILogger<EtcdStore>
{
    private readonly ConcurrentQueue<string> lines = [];

    public string Text => string.Join('\n', lines);

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        lines.Enqueue($"{formatter(state, exception)} {exception}");
}
