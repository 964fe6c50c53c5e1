using Holdfast.Model.Probes;
using Holdfast.Ports.Probes;
using Holdfast.Probes.MySql;
using Holdfast.Probes.PostgreSql;
using Microsoft.Extensions.Logging;

namespace Holdfast.Probes;

/// <summary>
/// Writes a canary row and reads it back, again and again, as a client would do it. It has connections and a task of its own: what
/// hangs here holds nothing else up.
/// </summary>
public sealed partial class Prober : IServiceProbe, IAsyncDisposable
{
    /// <summary>A client that never logs in again would not notice that nobody can.</summary>
    private static readonly TimeSpan ConnectionAgeMax = TimeSpan.FromMinutes(1);

    /// <summary>What was never served may lack rights: it is not asked as often.</summary>
    private static readonly TimeSpan WaitUntilServed = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan ComplainEvery = TimeSpan.FromSeconds(30);
    private readonly CancellationTokenSource ending = new();
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMinutes(1);
    private readonly LeftConnections leftConnections = new();
    private readonly HistoryFile file;
    private readonly ProbeOptions options;
    private readonly CanaryDatabase database;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly Task running;
    private ProbeRecord record;
    private CanarySequence sequence = CanarySequence.Empty;
    private CanarySession? session;
    private TimeSpan complainedAt;
    private TimeSpan savedAt;

    internal Prober(ProbeOptions options, CanaryDatabase database, TimeProvider time, ILogger<Prober> logger)
    {
        this.options = options;
        this.database = database;
        this.time = time;
        this.logger = logger;
        file = new HistoryFile(options.HistoryFile);
        record = new ProbeRecord(options.Limits) { History = Recall() };
        (savedAt, complainedAt) = (Now, Now);
        running = RunAsync(ending.Token);
    }

    public ProbeRecord Record => Volatile.Read(ref record);

    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>It begins at once.</summary>
    public static Prober Start(ProbeOptions options, TimeProvider time, ILogger<Prober> logger)
    {
#pragma warning disable CA2000 // The prober owns it.
        CanaryDatabase database = options.IsMySql ? new MySqlCanary(options) : new PostgreSqlCanary(options);
#pragma warning restore CA2000
        return new(options, database, time, logger);
    }

    public async ValueTask DisposeAsync()
    {
        await ending.CancelAsync();
        await running;
        await database.DisposeAsync();
        ending.Dispose();
    }

    private async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                Take(await TryAsync(stopping));
                await Task.Delay(record.HasServed || options.Limits.Interval > WaitUntilServed ? options.Limits.Interval : WaitUntilServed, time, stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Leave(Task.CompletedTask);
            Save();
        }
    }

    private ServiceHistory Recall()
    {
        try
        {
            return file.Read();
        }
        catch (IOException exception)
        {
            LogForgotten(exception.Message);
            return ServiceHistory.Empty;
        }
    }

    private void Save()
    {
        savedAt = Now;
        try
        {
            file.Write(record.History);
        }
        catch (IOException exception)
        {
            LogNotKept(exception.Message);
        }
    }

    private void Take(ProbeAttempt attempt)
    {
        var next = record.Add(attempt);
        Tell(record, next, attempt);
        Volatile.Write(ref record, next);
        if (Now - savedAt >= SaveEvery)
        {
            Save();
        }
    }

    private async Task<ProbeAttempt> TryAsync(CancellationToken stopping)
    {
        var attempt = new Attempt(options.Limits.Timeout, time);
        var found = new ProbeAttempt { Outcome = ProbeOutcome.Served, StartedAt = attempt.StartedAt, EndedAt = attempt.StartedAt, At = time.GetUtcNow() };
        try
        {
            found = await VisitAsync(attempt, found, stopping);
        }
#pragma warning disable CA1031 // The edge of an attempt: whatever went wrong, a client would have met it.
        catch (Exception exception) when (!stopping.IsCancellationRequested)
#pragma warning restore CA1031
        {
            var (outcome, words) = database.Judge(exception);
            found = found with { Outcome = outcome, Trouble = words };
        }

        if (found.Outcome != ProbeOutcome.Served)
        {
            Leave(Task.CompletedTask);
        }

        return found with { EndedAt = Now, At = time.GetUtcNow() };
    }

    /// <summary>Looks at the row before it is written: what was acknowledged before must be there still.</summary>
    private async Task<ProbeAttempt> VisitAsync(Attempt attempt, ProbeAttempt found, CancellationToken stopping)
    {
        if (session is null || Now - session.OpenedAt > ConnectionAgeMax)
        {
            found = await ConnectAsync(attempt, found, stopping);
        }

        var (before, _) = await StepAsync(attempt, session!.ReadAsync(), stopping);
        (sequence, var lost) = sequence.Write(before);
        found = found with { LostWrites = lost };
        var (_, write) = await StepAsync(attempt, session.WriteAsync(sequence.Last), stopping);
        sequence = sequence.Acknowledge();
        found = found with { Write = write };
        var (after, read) = await StepAsync(attempt, session.ReadAsync(), stopping);
        return Compared(found with { Read = read }, after);
    }

    private ProbeAttempt Compared(ProbeAttempt found, long? after) => found switch
    {
        { LostWrites: > 0 } => found with { Outcome = ProbeOutcome.Mismatch, Trouble = $"{found.LostWrites} acknowledged writes are gone" },
        _ when after == sequence.Last => found,
        _ when after > sequence.Last => found with { Outcome = ProbeOutcome.Mismatch, Trouble = $"somebody else writes the row of {options.Member}: {after} is there in place of {sequence.Last}" },
        _ => found with { Outcome = ProbeOutcome.Mismatch, Trouble = $"{after?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "nothing"} was read where {sequence.Last} had been acknowledged" },
    };

    private async Task<ProbeAttempt> ConnectAsync(Attempt attempt, ProbeAttempt found, CancellationToken stopping)
    {
        Leave(Task.CompletedTask);
        if (leftConnections.AreTooMany)
        {
            throw new TimeoutException();
        }

#pragma warning disable CA2000 // The prober keeps it, or leaves it behind.
        (session, var connect) = await StepAsync(attempt, CanarySession.OpenAsync(database, options.Member, Now), stopping);
#pragma warning restore CA2000
        await StepAsync(attempt, session.PrepareAsync(), stopping);
        return found with { Connect = connect };
    }

    private async Task<(T Result, TimeSpan Took)> StepAsync<T>(Attempt attempt, Task<T> step, CancellationToken stopping)
    {
        try
        {
            return await attempt.StepAsync(step, stopping);
        }
        catch
        {
            Leave(step);
            throw;
        }
    }

    /// <summary>The connection closes when its last step has ended; nobody waits for it.</summary>
    private void Leave(Task step)
    {
        if (session is not null || !step.IsCompleted)
        {
            leftConnections.Add(step, session);
            session = null;
        }
    }

    private void Tell(ProbeRecord before, ProbeRecord after, ProbeAttempt attempt)
    {
        var endpoint = $"{options.Host}:{options.Port}";
        switch (before, after)
        {
            case ({ HasServed: false }, { HasServed: true }):
                LogServed(endpoint, options.Limits.Interval.TotalMilliseconds);
                break;
            case (_, { HasServed: false }) when Now - complainedAt >= ComplainEvery:
                LogNotYet(endpoint, attempt.Trouble);
                complainedAt = Now;
                break;
            case ({ Present: null }, { Present: not null }):
                LogOutage(endpoint, attempt.Trouble);
                break;
            case ({ Present: not null }, { Present: null, Last: { } last }):
                LogOver(endpoint, last.Length.TotalSeconds);
                break;
        }

        if (attempt.LostWrites > 0)
        {
            LogLost(attempt.LostWrites);
        }
    }

    [LoggerMessage(2401, LogLevel.Information, "The end-to-end probe writes through {Endpoint} every {IntervalMilliseconds} ms")]
    private partial void LogServed(string endpoint, double intervalMilliseconds);

    [LoggerMessage(2402, LogLevel.Warning, "The end-to-end probe has not been served by {Endpoint} yet: {Why}")]
    private partial void LogNotYet(string endpoint, string? why);

    [LoggerMessage(2403, LogLevel.Warning, "Clients of {Endpoint} are not served: {Why}")]
    private partial void LogOutage(string endpoint, string? why);

    [LoggerMessage(2404, LogLevel.Information, "Clients of {Endpoint} are served again, after {Seconds:0.0} s")]
    private partial void LogOver(string endpoint, double seconds);

    [LoggerMessage(2406, LogLevel.Warning, "What an earlier life of the probe has measured is not counted: {Why}")]
    private partial void LogForgotten(string why);

    [LoggerMessage(2407, LogLevel.Warning, "What the probe has measured would not outlive the agent: {Why}")]
    private partial void LogNotKept(string why);

    [LoggerMessage(2405, LogLevel.Error, "{Count} acknowledged writes are gone: the probe's row holds less than it was told")]
    private partial void LogLost(int count);
}
