using Holdfast.Model;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.Jobs;

/// <summary>Runs jobs one after another, beside the agent's loop; whatever goes wrong in one is shown as its failure.</summary>
/// <param name="board">Where everybody sees the job.</param>
/// <param name="kills">How often the database was killed so far.</param>
/// <param name="redact">Keeps passwords out of words.</param>
/// <param name="logger">Of the engine.</param>
internal sealed partial class JobRunner(JobBoard board, Func<long> kills, Func<string, string> redact, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _cancelJob = new();
    private Task _flow = Task.CompletedTask;

    /// <summary>Posts the job and returns at once; the one before it is cancelled, and waited for.</summary>
    /// <exception cref="InvalidOperationException">Another job runs, and this is no stop.</exception>
    public void Begin(DatabaseWork work, Func<JobContext, Task<string>> run)
    {
        lock (_lock)
        {
            if (board.Current is { State: JobState.Running, Kind: not DatabaseJobKind.Checkpoint } running && work is not DatabaseWork.Stop)
            {
                throw new InvalidOperationException($"the job {running.Kind} still runs");
            }

            _cancelJob.Cancel();
            _cancelJob = new();
            _flow = RunAsync(work.Kind, run, board.Post(work.Kind), _flow, _cancelJob.Token);
        }
    }

    public void Cancel()
    {
        lock (_lock)
        {
            _cancelJob.Cancel();
        }
    }

    public async ValueTask DisposeAsync()
    {
        Cancel();
        await _flow;
        _cancelJob.Dispose();
    }

    private async Task RunAsync(DatabaseJobKind kind, Func<JobContext, Task<string>> run, long number, Task previous, CancellationToken cancellationToken)
    {
        // From here on the flow runs beside the agent's loop.
        await Task.Yield();
        await previous;
        var context = new JobContext(words => board.Report(number, words), kills(), cancellationToken);
        try
        {
            End(number, kind, JobState.Succeeded, await run(context));
        }
        catch (OperationCanceledException cancelled)
        {
            End(number, kind, JobState.Cancelled, cancellationToken.IsCancellationRequested ? "cancelled" : cancelled.Message);
        }
#pragma warning disable CA1031 // The edge of a job: whatever went wrong is shown as its failure, and the core decides.
        catch (Exception error)
#pragma warning restore CA1031
        {
            End(number, kind, JobState.Failed, redact(error.Message));
        }
    }

    private void End(long number, DatabaseJobKind kind, JobState state, string words)
    {
        LogJobEnded(kind, state, words);
        board.End(number, state, words);
    }

    [LoggerMessage(5020, LogLevel.Information, "Job {Kind} {State}: {Words}")]
    private partial void LogJobEnded(DatabaseJobKind kind, JobState state, string words);
}
