using Holdfast.Router.Loops;

namespace Holdfast.Router.Clusters;

/// <summary>A task's wait for any of: a new table, something on its sockets, a time. It looks for itself which it was.</summary>
internal sealed class Waiting : IDisposable
{
    private readonly LoopCluster part;
    private readonly Signal signal = new();
    private readonly LoopTimer timer;
    private readonly List<LoopSocket> watched = [];
    private readonly Action wake;

    public Waiting(LoopCluster part)
    {
        this.part = part;
        wake = signal.Set;
        timer = new(wake);
    }

    public void Watch(LoopSocket socket)
    {
        socket.Changed = wake;
        watched.Add(socket);
    }

    public void Unwatch(LoopSocket socket)
    {
        socket.Changed = null;
        watched.Remove(socket);
    }

    public void Wake() => signal.Set();

    /// <summary>Until something happens, at most so long.</summary>
    public async Task NextAsync(TimeSpan limit)
    {
        // Nothing can happen between the caller's look and this: it is one thread.
        signal.Reset();
        timer.Arm(part.Loop, limit);
        await signal;
        timer.Cancel();
    }

    public void Dispose()
    {
        timer.Cancel();
        foreach (var socket in watched)
        {
            socket.Changed = null;
        }

        watched.Clear();
        part.Return(this);
    }
}
