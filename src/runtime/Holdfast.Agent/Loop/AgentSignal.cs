using Holdfast.Ports;

namespace Holdfast.Agent.Loop;

/// <summary>Many may wake it, one waits. A wake while nobody waits is kept for the next wait.</summary>
public sealed class AgentSignal(TimeProvider time) : IAgentSignal
{
    private TaskCompletionSource waiter = New();

    public void Wake() => Volatile.Read(ref waiter).TrySetResult();

    /// <summary>Waits for a wake or for the moment, whichever comes first, and says whether it was a wake.</summary>
    internal async Task<bool> WaitAsync(TimeSpan until, CancellationToken cancellationToken)
    {
        var current = Volatile.Read(ref waiter);
        var left = until - time.GetElapsedTime(0);
        if (left > TimeSpan.Zero && !current.Task.IsCompleted)
        {
            await current.Task.WaitAsync(left, time, cancellationToken)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
            cancellationToken.ThrowIfCancellationRequested();
        }

        if (!current.Task.IsCompleted)
        {
            return false;
        }

        Volatile.Write(ref waiter, New());
        return true;
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
