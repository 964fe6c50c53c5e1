namespace Holdfast.Engines.Processes;

/// <summary>
/// Kills every process of the database in one data directory, whoever started it. It needs nothing but the kernel, so that the
/// guard can use it when the agent is gone.
/// </summary>
/// <param name="dataDirectory">The server works in it: that is how its processes are known.</param>
/// <param name="program">The name of the server's program, as the kernel has it.</param>
/// <param name="findServer">Reads the lock file of the server: the quick way to it.</param>
/// <param name="mayBeScribe">Whether a process of the server, by its command line, only writes the log, or does not say what it is; null where there is none.</param>
public sealed class ServerKiller(string dataDirectory, string program, Func<int?> findServer, Func<string, bool>? mayBeScribe = null)
{
    // A process that hangs in the kernel cannot be helped; it cannot reach a client or the log either.
    private const int RoundsMax = 5000;
    private const int ScribeRoundsMax = 300;
    private readonly byte[] _program = System.Text.Encoding.UTF8.GetBytes(program);

    /// <summary>Returns when all are dead; a zombie is dead.</summary>
    public void Kill() => Kill(null);

    /// <param name="knownServer">The process that the caller started or took over; null to find it.</param>
    internal void Kill(int? knownServer)
    {
        var home = Posix.RealPath(dataDirectory) ?? dataDirectory;
        var killed = new HashSet<int>();
        if (knownServer is { } known)
        {
            KillFamily(known, killed);
        }
        else if (findServer() is { } found && IsOurs(found, home))
        {
            KillFamily(found, killed);
        }

        KillInhabitants(home, killed);
    }

    /// <summary>
    /// Kills what a dead server left behind: PostgreSQL's backends would go on serving their clients. Who writes the log has a moment more, for the words
    /// that say why the server ended; it ends by itself once the others are gone.
    /// </summary>
    internal void KillOrphans()
    {
        var home = Posix.RealPath(dataDirectory) ?? dataDirectory;
        var killed = new HashSet<int>();
        if (mayBeScribe is not null)
        {
            // Once more in every round: who did not say what it is may turn out to be something else.
            KillInhabitants(home, killed, mayBeScribe);
            for (var round = 0; round < ScribeRoundsMax && ProcFs.Processes().Any(pid => IsOurs(pid, home)); round++)
            {
                Posix.Pause(1);
                KillInhabitants(home, killed, mayBeScribe);
            }
        }

        KillInhabitants(home, killed);
    }

    internal bool IsOurs(int pid) => IsOurs(pid, Posix.RealPath(dataDirectory) ?? dataDirectory);

    /// <summary>The server goes first, so that it starts no new child; its children are known before it is gone.</summary>
    private void KillFamily(int server, HashSet<int> killed)
    {
        var children = ProcFs.Children(server).ToArray();
        Posix.Signal(server, Posix.SigKill);
        killed.Add(server);
        foreach (var child in children)
        {
            if (ProcFs.IsNamed(child, _program))
            {
                Posix.Signal(child, Posix.SigKill);
                killed.Add(child);
            }
        }
    }

    private void KillInhabitants(string home, HashSet<int> killed, Func<string, bool>? isSpared = null)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            var hasFound = false;
            foreach (var pid in ProcFs.Processes())
            {
                if (IsOurs(pid, home) && isSpared?.Invoke(ProcFs.CommandLine(pid)) is null or false)
                {
                    Posix.Signal(pid, Posix.SigKill);
                    killed.Add(pid);
                    hasFound = true;
                }
            }

            // A process that is ending loses its working directory before it is dead, and one that was found may just have forked.
            if (!hasFound && !killed.Any(ProcFs.IsAlive))
            {
                return;
            }

            Posix.Pause(1);
        }
    }

    private bool IsOurs(int pid, string home) =>
        ProcFs.IsNamed(pid, _program) && ProcFs.WorkingDirectory(pid) == home && ProcFs.IsAlive(pid);
}
