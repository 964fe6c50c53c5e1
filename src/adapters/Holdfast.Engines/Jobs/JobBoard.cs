using Holdfast.Model;
using Holdfast.Ports;

namespace Holdfast.Engines.Jobs;

/// <summary>Why a job failed, in words for the operator.</summary>
public sealed class JobFailedException(string message) : Exception(message);

/// <summary>The job that runs or has just ended, for everybody to see.</summary>
internal sealed class JobBoard(TimeProvider time, IAgentSignal signal)
{
    private readonly Lock _lock = new();
    private DatabaseJob? _job;
    private long _number;

    public DatabaseJob? Current
    {
        get
        {
            lock (_lock)
            {
                return _job;
            }
        }
    }

    public long Post(DatabaseJobKind kind)
    {
        lock (_lock)
        {
            _job = new(++_number, kind, JobState.Running, Now, null, "begins");
            return _number;
        }
    }

    public void Report(long number, string progress) => Change(number, job => job with { Progress = progress });

    public void End(long number, JobState state, string progress) =>
        Change(number, job => job with { State = state, EndedAt = Now, Progress = progress });

    /// <summary>The clock of the agent's views: time since the monotonic clock's own origin.</summary>
    private TimeSpan Now => time.GetElapsedTime(0);

    /// <summary>A job that another one has replaced is not shown any more.</summary>
    private void Change(long number, Func<DatabaseJob, DatabaseJob> change)
    {
        lock (_lock)
        {
            if (_job is null || _job.Number != number)
            {
                return;
            }

            _job = change(_job);
        }

        signal.Wake();
    }
}
