using Holdfast.Ports.Fencing;
using Holdfast.Simulation.Database;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Fencing;

/// <summary>The fence inside the agent's process: it freezes and dies with it.</summary>
internal sealed class SimThreadFence(SimProcess process, Scheduler scheduler, DatabaseServer server) : IFence
{
    private TimeSpan? deadline;

    public string Name => "agent";

    public bool IsReady => true;

    public void Arm(TimeSpan fenceAt)
    {
        var wake = deadline is not { } current || fenceAt < current;
        deadline = fenceAt;
        if (wake)
        {
            WaitFor(fenceAt);
        }
    }

    public void Disarm() => deadline = null;

    private void WaitFor(TimeSpan at) => scheduler.At(at, new Work(process, Look));

    private void Look()
    {
        if (deadline is not { } at)
        {
            return;
        }

        if (scheduler.Now < at)
        {
            WaitFor(at);
            return;
        }

        deadline = null;
        server.Kill();
    }
}
