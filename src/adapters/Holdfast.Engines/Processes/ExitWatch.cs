namespace Holdfast.Engines.Processes;

/// <summary>Tells at once when a process ends, whether it is this agent's child or was adopted.</summary>
internal sealed class ExitWatch : IDisposable
{
    private readonly int _pid;
    private readonly Action _onExit;
    private readonly int _process;
    private readonly Lock _stopping = new();
    private int _stop = Posix.OpenEvent();
    private volatile bool _isStopped;

    public ExitWatch(int pid, Action onExit)
    {
        _pid = pid;
        _onExit = onExit;
        _process = Posix.OpenProcess(pid);

        // A thread of its own: no library waits for a pidfd, and the news must not queue behind the pool's other work.
        var thread = new Thread(Watch) { IsBackground = true, Name = "server-watch" };
        thread.Start();
    }

    public void Dispose()
    {
        _isStopped = true;
        lock (_stopping)
        {
            if (_stop >= 0)
            {
                Posix.SetEvent(_stop);
            }
        }
    }

    private void Watch()
    {
        var hasEnded = _process >= 0 ? Posix.WaitForFirst(_process, _stop, -1) : WatchByLooking();
        Posix.CloseDescriptor(_process);
        lock (_stopping)
        {
            Posix.CloseDescriptor(_stop);
            _stop = -1;
        }

        if (hasEnded && !_isStopped)
        {
            _onExit();
        }
    }

    /// <summary>Without pidfds (Linux before 5.3), or when the process is gone already.</summary>
    private bool WatchByLooking()
    {
        while (ProcFs.IsAlive(_pid))
        {
            if (_isStopped)
            {
                return false;
            }

            Posix.Pause(5);
        }

        return true;
    }
}
