using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;

namespace Holdfast.Router.Sessions;

/// <summary>A limit on what goes on while it is there: once it has passed, the sockets are reset, which ends whatever awaits them.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly LoopTimer timer;

    public Deadline(LoopCluster part, TimeSpan limit, params LoopSocket[] sockets)
    {
        timer = new(() =>
        {
            HasPassed = true;
            foreach (var socket in sockets)
            {
                socket.Reset();
            }
        });
        timer.Arm(part.Loop, limit);
    }

    public bool HasPassed { get; private set; }

    public void Dispose() => timer.Cancel();
}
