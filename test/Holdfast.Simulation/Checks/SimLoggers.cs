using Microsoft.Extensions.Logging;

namespace Holdfast.Simulation.Checks;

/// <summary>The agents' logs: into the trace when there is one; a refused decision fails the run.</summary>
internal sealed class SimLoggers(string member, Trace trace, Action<string> onRefusedDecision) : ILoggerFactory
{
    private const int RefusedDecision = 1002;
    private readonly Sink sink = new(member, trace, onRefusedDecision);

    public ILogger CreateLogger(string categoryName) => sink;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private sealed class Sink(string member, Trace trace, Action<string> onRefusedDecision) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => trace.IsOn || logLevel >= LogLevel.Critical;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (trace.IsOn && formatter(state, exception) is var text && !text.StartsWith("Session: ", StringComparison.Ordinal))
            {
                trace.Add(member, text);
            }

            if (eventId.Id == RefusedDecision)
            {
                onRefusedDecision(formatter(state, exception));
            }
        }
    }
}
