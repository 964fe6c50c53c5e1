using Holdfast.Ports.Fencing;

namespace Holdfast.Guard;

/// <summary>
/// The agent's own fence: a thread that does nothing but wait for the deadline. It needs neither the loop, nor the thread pool,
/// nor the store, so a stuck agent still kills its primary in time. The guard covers the case that the whole agent is stuck.
/// </summary>
public sealed class ThreadFence : IFence, IDisposable
{
    private readonly Lock gate = new();
    private readonly ManualResetEventSlim changed = new(false);
    private readonly Action kill;
    private readonly Action<TimeSpan> onFenced;
    private readonly TimeProvider time;
    private readonly Thread thread;
    private TimeSpan? deadline;
    private bool isDisposed;

    /// <param name="time">Its elapsed time since zero is the clock of the deadlines.</param>
    /// <param name="kill">Kills the database; called on the fence's thread.</param>
    /// <param name="onFenced">Told after a kill how late it came.</param>
    public ThreadFence(TimeProvider time, Action kill, Action<TimeSpan> onFenced)
    {
        this.time = time;
        this.kill = kill;
        this.onFenced = onFenced;
        thread = new Thread(Watch) { IsBackground = true, Name = "fence", Priority = ThreadPriority.Highest };
        thread.Start();
    }

    public string Name => "agent";

    public bool IsReady => thread.IsAlive;

    public void Arm(TimeSpan fenceAt) => Set(fenceAt);

    public void Disarm() => Set(null);

    public void Dispose()
    {
        lock (gate)
        {
            isDisposed = true;
        }

        changed.Set();
        thread.Join();
        changed.Dispose();
    }

    private void Set(TimeSpan? at)
    {
        lock (gate)
        {
            // Only a deadline that moves nearer, or appears, has to wake the thread: a later one is seen when the old one comes.
            var wake = at is { } next && (deadline is not { } current || next < current);
            deadline = at;
            if (!wake)
            {
                return;
            }
        }

        changed.Set();
    }

    private void Watch()
    {
        while (true)
        {
            TimeSpan? at;
            lock (gate)
            {
                if (isDisposed)
                {
                    return;
                }

                at = deadline;
            }

            var left = at - time.GetElapsedTime(0);
            if (left <= TimeSpan.Zero)
            {
                Fence(at!.Value);
                continue;
            }

            // Rounded up: waking a moment early would spin, and the safety margin pays for a millisecond.
            changed.Wait(left is { } wait ? (int)Math.Min(int.MaxValue, Math.Ceiling(wait.TotalMilliseconds)) : Timeout.Infinite);
            changed.Reset();
        }
    }

    private void Fence(TimeSpan at)
    {
        lock (gate)
        {
            if (deadline != at)
            {
                return;
            }

            deadline = null;
        }

        kill();
        onFenced(time.GetElapsedTime(0) - at);
    }
}
