using Holdfast.Ports.Fencing;
using Holdfast.Simulation.Database;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Fencing;

/// <summary>The fence inside the agent's process: it freezes and dies with it.</summary>
internal sealed class SimThreadFence(SimProcess process, Scheduler scheduler, DatabaseServer server) : IFence
{
    public TimeSpan? Deadline { get; private set; }

    public string Name => "agent";

    public bool IsReady => true;

    public void Arm(TimeSpan fenceAt)
    {
        var wake = Deadline is not { } current || fenceAt < current;
        Deadline = fenceAt;
        if (wake)
        {
            WaitFor(fenceAt);
        }
    }

    public void Disarm() => Deadline = null;

    private void WaitFor(TimeSpan at) => scheduler.At(at, new Work(process, Look));

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
        server.Kill();
    }
}
