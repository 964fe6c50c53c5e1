namespace Holdfast.Simulation.Time;

/// <summary>The clocks of one process: the monotonic one, and the calendar's, which may jump. Its timers die and freeze with the process.</summary>
internal sealed class SimClock(Scheduler scheduler, SimProcess process, Func<TimeSpan> calendarOffset) : TimeProvider
{
    private static readonly DateTimeOffset Began = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => scheduler.Now.Ticks;

    public override DateTimeOffset GetUtcNow() => Began + scheduler.Now + calendarOffset();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private sealed class SimTimer(SimClock clock, TimerCallback callback, object? state) : ITimer
    {
        private long due = -1;

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            if (period != Timeout.InfiniteTimeSpan && period != TimeSpan.Zero)
            {
                throw new NotSupportedException("Simulated timers fire once.");
            }

            if (dueTime == Timeout.InfiniteTimeSpan)
            {
                due = -1;
                return true;
            }

            var at = clock.Scheduler.Now + dueTime;
            due = at.Ticks;
            clock.Scheduler.At(at, new Work(clock.Process, static timer => ((SimTimer)timer!).Fire(), this));
            return true;
        }

        public void Dispose() => due = -1;

        public ValueTask DisposeAsync()
        {
            due = -1;
            return ValueTask.CompletedTask;
        }

        /// <summary>A timer that was moved or ended since is still queued; only the deadline that it has now counts.</summary>
        private void Fire()
        {
            if (due < 0 || due > clock.Scheduler.Now.Ticks)
            {
                return;
            }

            due = -1;
            callback(state);
        }
    }

    private Scheduler Scheduler => scheduler;

    private SimProcess Process => process;
}
