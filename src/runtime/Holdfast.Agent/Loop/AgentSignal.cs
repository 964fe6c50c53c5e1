using Holdfast.Ports;

namespace Holdfast.Agent.Loop;

/// <summary>Many may wake it, one waits. A wake while nobody waits is kept for the next wait.</summary>
public sealed class AgentSignal(TimeProvider time) : IAgentSignal
{
    private TaskCompletionSource waiter = New();
    private int woken;

    public void Wake()
    {
        Volatile.Write(ref woken, 1);
        Volatile.Read(ref waiter).TrySetResult();
    }

    /// <summary>Waits for a wake or for the moment, whichever comes first, and says whether it was a wake.</summary>
    internal async Task<bool> WaitAsync(TimeSpan until, CancellationToken cancellationToken)
    {
        var left = until - time.GetElapsedTime(0);
        if (left > TimeSpan.Zero && !waiter.Task.IsCompleted)
        {
            // Its own timer ends the wait: Task.WaitAsync would continue on the thread pool, off the loop.
            await using var timer = time.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), waiter, left, Timeout.InfiniteTimeSpan);
            await using var cancelled = cancellationToken.Register(static state => ((TaskCompletionSource)state!).TrySetResult(), waiter);
            await waiter.Task;
            cancellationToken.ThrowIfCancellationRequested();
        }

        // First the new waiter, then the flag: a wake in between is counted now and, harmlessly, once more.
        Volatile.Write(ref waiter, New());
        return Interlocked.Exchange(ref woken, 0) == 1;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
