using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Ports;
using Microsoft.Extensions.Logging;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Configuration;

/// <summary>
/// Keeps the server at what the operator says of its variables. MySQL itself judges them first, since a name or a value that it does not know would keep it
/// from starting; then a server that runs takes up at once what it can, and the rest at its next start. All of it is done beside the agent's turns.
/// my.cnf is written when the server starts and not in between, so it says to the next agent what the server that it finds has started with.
/// </summary>
internal sealed partial class ParameterKeeper(Installation installation, Func<bool> isRunning, IAgentSignal signal, ILogger logger) : IAsyncDisposable
{
    private const int CorrectionsMax = 10;
    private static readonly TimeSpan StatementLimit = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _gate = new(1);
    private readonly CancellationTokenSource _stopping = new();
    private ImmutableSortedDictionary<string, string>? _wanted;
    private ImmutableSortedDictionary<string, string>? _judged;
    private ImmutableSortedDictionary<string, string> _taken = ServerVariables.Allowed(OperatorParameters.Merge(installation.Files.ReadParameters(), installation.Options.Parameters));
    private ImmutableSortedDictionary<string, string> _applied = ServerVariables.Allowed(installation.Files.ReadParameters());
    private volatile bool _isUnfinished;
    private string? _complaint;
    private Task _working = Task.CompletedTask;

    /// <summary>What the server does not know, or what is not the operator's to set.</summary>
    public ImmutableSortedSet<string> LeftOut { get; private set; } = [];

    /// <summary>What the running server takes up at its next start only.</summary>
    public ImmutableSortedSet<string> Pending { get; private set; } = [];

    /// <summary>Begins to take up what the cluster says; a server that does not answer now takes it up when it does.</summary>
    /// <exception cref="JsonException">The text is no JSON.</exception>
    public void Configure(string dynamicConfiguration)
    {
        var wanted = OperatorParameters.Merge(OperatorParameters.OfCluster(dynamicConfiguration), installation.Options.Parameters);
        if (_wanted is null || !_wanted.SequenceEqual(wanted))
        {
            _wanted = wanted;
            Begin();
        }
    }

    /// <summary>Goes on with what a silent server could not be told.</summary>
    public void GoOn()
    {
        if (_isUnfinished)
        {
            Begin();
        }
    }

    /// <summary>Writes the file for a server that is about to start, which then works with all of it.</summary>
    public async Task WriteAsync(CancellationToken cancellationToken)
    {
        await Working().WaitAsync(cancellationToken);
        await _gate.WaitAsync(cancellationToken);
        try
        {
            installation.Files.WriteMain(_taken);
            _applied = _taken;
            _isUnfinished = _wanted is not null && _wanted != _judged;
            Pending = [];
        }
        finally
        {
            _gate.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Working();
        _stopping.Dispose();
        _gate.Dispose();
    }

    private Task Working()
    {
        lock (_lock)
        {
            return _working;
        }
    }

    private void Begin()
    {
        lock (_lock)
        {
            _isUnfinished = false;
            _working = TakeUpAsync(_working, _stopping.Token);
        }
    }

    private async Task TakeUpAsync(Task before, CancellationToken stopping)
    {
        await Task.Yield();
        await before;
        try
        {
            await _gate.WaitAsync(stopping);
            try
            {
                if (_wanted is { } wanted && wanted != _judged)
                {
                    _taken = await JudgeAsync(wanted, stopping);
                    _judged = wanted;
                }

                if (isRunning())
                {
                    await ApplyAsync(stopping);
                }
            }
            finally
            {
                _gate.Release();
            }

            _complaint = null;
            signal.Wake();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The agent ends.
        }
#pragma warning disable CA1031 // The edge of what is done beside the turns: whatever goes wrong is tried again.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _isUnfinished = true;
            if (_complaint != error.Message)
            {
                _complaint = error.Message;
                LogUnfinished(error.Message);
            }
        }
    }

    /// <summary>Without what MySQL refuses.</summary>
    private async Task<ImmutableSortedDictionary<string, string>> JudgeAsync(ImmutableSortedDictionary<string, string> wanted, CancellationToken stopping)
    {
        var leftOut = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        var kept = ServerVariables.Allowed(wanted);
        foreach (var (name, why) in ServerVariables.LeftOut(wanted))
        {
            LogLeftOut(name, why);
            leftOut.Add(name);
        }

        // It works with what it has started with, and with what it has taken up since: that need not be judged again.
        for (var round = 0; round < CorrectionsMax && !kept.SequenceEqual(_applied); round++)
        {
            var words = await RefusalAsync(kept, stopping);
            if (words is null)
            {
                break;
            }

            var refused = kept.Keys.Where(name => ServerVariables.IsNamed(name, words)).ToArray();
            if (refused.Length == 0)
            {
                // Words that name none of them condemn all that are new, unless it is something else that MySQL complains of.
                refused = await RefusalAsync(kept.Clear(), stopping) is null ? [.. kept.Except(_applied).Select(parameter => parameter.Key)] : [];
            }

            LogRefused(string.Join(", ", refused), words);
            if (refused.Length == 0)
            {
                break;
            }

            leftOut.UnionWith(refused);
            kept = kept.RemoveRange(refused);
        }

        installation.Files.RemoveCandidate();
        LeftOut = leftOut.ToImmutable();
        return kept;
    }

    /// <summary>Null when MySQL would start with them.</summary>
    private async Task<string?> RefusalAsync(ImmutableSortedDictionary<string, string> parameters, CancellationToken stopping)
    {
        installation.Files.WriteCandidate(parameters);
        var verdict = await installation.Tools.RunAsync("mysqld", [$"--defaults-file={installation.Files.CandidateFile}", "--validate-config", "--log-error=stderr"], stopping);
        return verdict.Succeeded ? null : verdict.Words;
    }

    private async Task ApplyAsync(CancellationToken stopping)
    {
        var changes = _taken.Except(_applied).Select(parameter => (Name: parameter.Key, Value: (string?)parameter.Value))
            .Concat(_applied.Keys.Except(_taken.Keys).Select(name => (Name: name, Value: (string?)null)))
            .ToArray();
        var pending = ImmutableSortedSet.CreateBuilder<string>(StringComparer.Ordinal);
        if (changes.Length > 0)
        {
            await using var connection = await installation.Sql.OpenAsync(stopping, StatementLimit);
            foreach (var (name, value) in changes)
            {
                try
                {
                    var meant = value ?? ServerVariables.Usual(name, installation.Options with { Parameters = _taken }, installation.Files);
                    await Observation.Sql.RunAsync(connection, $"SET GLOBAL {ServerVariables.WithoutModifier(name)} = {(meant is null ? "DEFAULT" : OperatorParameters.Literal(meant))}", stopping);
                    _applied = value is null ? _applied.Remove(name) : _applied.SetItem(name, value);
                    LogApplied(name);
                }
                catch (MySqlException error) when (error.Number > 0 && connection.State == System.Data.ConnectionState.Open)
                {
                    // Most are read only while the server runs; what else it complains of, its next start may cure: it has judged the value.
                    pending.Add(name);
                    LogPending(name, error.Message);
                }
            }
        }

        Pending = pending.ToImmutable();
    }

    [LoggerMessage(2690, LogLevel.Warning, "mysql.parameters: {Name} is left out: {Why}")]
    private partial void LogLeftOut(string name, string why);

    [LoggerMessage(2691, LogLevel.Warning, "mysql.parameters: MySQL does not know these names or values, so they are left out: {Names} ({Why})")]
    private partial void LogRefused(string names, string why);

    [LoggerMessage(2692, LogLevel.Information, "mysql.parameters: the server works with the new {Name}")]
    private partial void LogApplied(string name);

    [LoggerMessage(2693, LogLevel.Information, "mysql.parameters: {Name} takes effect at the next start of the server: {Why}")]
    private partial void LogPending(string name, string why);

    [LoggerMessage(2694, LogLevel.Warning, "mysql.parameters: they could not be taken up yet, which is tried again: {Why}")]
    private partial void LogUnfinished(string why);
}
