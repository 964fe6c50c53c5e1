using Holdfast.Ports.Fencing;
using Holdfast.Simulation.Database;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Fencing;

/// <summary>The guard beside the database: it outlives the agent, and freezes only with the host.</summary>
internal sealed class SimGuard(SimProcess process, Scheduler scheduler, DatabaseServer server) : IFence
{
    /// <summary>It does nothing when it should: for the tests of the checks.</summary>
    public bool IsBroken { get; init; }

    public string Name => "guard";

    public SimProcess Process { get; } = process;

    public bool IsReady => !Process.IsDead;

    /// <summary>What a new agent finds set; null when nothing is.</summary>
    public TimeSpan? Deadline { get; private set; }

    public void Arm(TimeSpan fenceAt)
    {
        if (Process.IsDead)
        {
            return;
        }

        var wake = Deadline is not { } current || fenceAt < current;
        Deadline = fenceAt;
        if (wake)
        {
            WaitFor(fenceAt);
        }
    }

    public void Disarm() => Deadline = null;

    private void WaitFor(TimeSpan at) => scheduler.At(at, new Work(Process, Look));

    private void Look()
    {
        if (Deadline is not { } at)
        {
            return;
        }

        if (scheduler.Now < at)
        {
            WaitFor(at);
            return;
        }

        Deadline = null;
        if (!IsBroken)
        {
            server.Kill();
        }
    }
}
