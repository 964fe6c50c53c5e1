namespace Holdfast.Simulation.Time;

/// <summary>
/// A process of the operating system: the context that its asynchronous code runs on. What is due while it is frozen runs after
/// the thaw, in an order of its own; what is due after its death never runs.
/// </summary>
internal sealed class SimProcess(Scheduler scheduler, SimRandom random, string name) : SynchronizationContext
{
    private readonly List<Work> held = [];
    private int freezes;

    public string Name { get; } = name;

    public bool IsFrozen => freezes > 0;

    public bool IsDead { get; private set; }

    /// <summary>When it was thawed last; work that was overdue then comes a little later.</summary>
    public TimeSpan? ThawedAt { get; private set; }

    public override void Post(SendOrPostCallback d, object? state)
    {
        if (!IsDead)
        {
            scheduler.Post(new Work(this, d, state));
        }
    }

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("Nothing waits for another in a simulated process.");

    public override SynchronizationContext CreateCopy() => this;

    public void After(TimeSpan delay, Action action) => scheduler.At(scheduler.Now + delay, new Work(this, action));

    public void Run(in Work work)
    {
        if (IsDead)
        {
            return;
        }

        if (IsFrozen)
        {
            held.Add(work);
            return;
        }

        var before = Current;
        SetSynchronizationContext(this);
        try
        {
            work.Execute();
        }
        finally
        {
            SetSynchronizationContext(before);
        }
    }

    public void Freeze() => freezes++;

    /// <summary>Ends one reason for being frozen; it goes on when there is none left.</summary>
    public void Thaw()
    {
        if (!IsFrozen || --freezes > 0)
        {
            return;
        }

        ThawedAt = scheduler.Now;
        foreach (var work in held)
        {
            scheduler.At(scheduler.Now + random.Milliseconds(0, 50), work);
        }

        held.Clear();
    }

    public void Die()
    {
        IsDead = true;
        held.Clear();
    }
}
