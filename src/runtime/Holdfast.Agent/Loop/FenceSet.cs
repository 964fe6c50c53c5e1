using System.Collections.Immutable;
using Holdfast.Ports.Fencing;

namespace Holdfast.Agent.Loop;

/// <summary>All fences of one agent, armed and disarmed together.</summary>
internal sealed class FenceSet(ImmutableArray<IFence> fences)
{
    public ImmutableSortedDictionary<string, bool> Readiness =>
        fences.ToImmutableSortedDictionary(fence => fence.Name, fence => fence.IsReady, StringComparer.Ordinal);

    /// <summary>Arms all that there are; false when one of them is not ready.</summary>
    public bool TryArm(TimeSpan fenceAt)
    {
        var ready = true;
        foreach (var fence in fences)
        {
            ready &= fence.IsReady;
            fence.Arm(fenceAt);
        }

        return ready;
    }

    public void Disarm()
    {
        foreach (var fence in fences)
        {
            fence.Disarm();
        }
    }
}
