using System.Runtime.InteropServices;

namespace Holdfast.Simulation.Time;

/// <summary>Virtual time: whatever is ready runs first, in order; then time jumps to the next thing that is due.</summary>
internal sealed class Scheduler
{
    private const long StepsAtOnceMost = 20_000;
    private readonly PriorityQueue<Work, Due> timed = new(1024);
    private readonly Queue<Work> ready = new(64);
    private readonly int thread = Environment.CurrentManagedThreadId;
    private long numbers;

    private long stepsNow;

    public TimeSpan Now { get; private set; }

    /// <summary>Somebody does one thing after another without any time passing: an agent that would burn its processor.</summary>
    public bool StandsStill => stepsNow > StepsAtOnceMost;

    /// <summary>How many things have run.</summary>
    public long Steps { get; private set; }

    /// <summary>Grows with everything that happens: equal for equal runs.</summary>
    public ulong Hash { get; private set; } = 14695981039346656037UL;

    public void Mix(long value) => Hash = unchecked((Hash ^ (ulong)value) * 1099511628211UL);

    /// <summary>Runs as soon as what is ready now has run.</summary>
    public void Post(in Work work)
    {
        RefuseOtherThreads();
        ready.Enqueue(work);
    }

    public void At(TimeSpan due, in Work work)
    {
        RefuseOtherThreads();
        timed.Enqueue(work, new Due((due < Now ? Now : due).Ticks, ++numbers));
    }

    /// <summary>Runs everything up to the moment, or until the condition asks to stop.</summary>
    public void RunUntil(TimeSpan end, Func<bool> mustStop)
    {
        while (!StandsStill && !mustStop())
        {
            if (ready.TryDequeue(out var work))
            {
                Run(work);
                continue;
            }

            if (!timed.TryPeek(out _, out var due) || due.Ticks > end.Ticks)
            {
                Now = end;
                return;
            }

            work = timed.Dequeue();
            stepsNow = due.Ticks == Now.Ticks ? stepsNow : 0;
            Now = TimeSpan.FromTicks(due.Ticks);
            Run(work);
        }
    }

    /// <summary>Nothing of a simulated agent may escape to another thread: the run would not repeat.</summary>
    public void RefuseOtherThreads()
    {
        if (Environment.CurrentManagedThreadId != thread)
        {
            throw new InvalidOperationException("Simulated code has escaped to another thread.");
        }
    }

    private void Run(in Work work)
    {
        Steps++;
        stepsNow++;
        Mix(Now.Ticks);
        if (work.Owner is { } owner)
        {
            owner.Run(work);
        }
        else
        {
            work.Execute();
        }
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Due(long Ticks, long Number) : IComparable<Due>
    {
        public int CompareTo(Due other) => Ticks != other.Ticks ? Ticks.CompareTo(other.Ticks) : Number.CompareTo(other.Number);
    }
}

/// <summary>Something to run, and whose process must be alive for it.</summary>
internal readonly record struct Work(SimProcess? Owner, SendOrPostCallback Callback, object? State)
{
    private static readonly SendOrPostCallback Invoke = static state => ((Action)state!)();

    public Work(SimProcess? owner, Action action)
        : this(owner, Invoke, action)
    {
    }

    public void Execute() => Callback(State);
}
