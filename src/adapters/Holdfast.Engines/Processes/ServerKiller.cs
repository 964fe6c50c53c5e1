namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>
/// Kills every process of the database in one data directory, whoever started it. It needs nothing but the kernel, so that the
/// guard can use it when the agent is gone.
/// </summary>
public sealed class PostgreSqlKiller(string dataDirectory)
{
    // A process that hangs in the kernel cannot be helped; it cannot reach a client or the log either.
    private const int RoundsMax = 5000;

    /// <summary>Returns when all are dead; a zombie is dead.</summary>
    public void Kill() => Kill(null);

    /// <param name="knownPostmaster">The postmaster that the caller started or took over; null to find it.</param>
    internal void Kill(int? knownPostmaster)
    {
        var home = Posix.RealPath(dataDirectory) ?? dataDirectory;
        var killed = new HashSet<int>();
        if (knownPostmaster is { } known)
        {
            KillFamily(known, killed);
        }
        else if (PostmasterFile.Read(dataDirectory) is { } file && IsOurs(file.Pid, home))
        {
            KillFamily(file.Pid, killed);
        }

        KillInhabitants(home, killed);
    }

    /// <summary>Kills the backends that a dead postmaster left behind: they would go on serving their clients.</summary>
    internal void KillOrphans() => KillInhabitants(Posix.RealPath(dataDirectory) ?? dataDirectory, []);

    internal bool IsOurs(int pid) => IsOurs(pid, Posix.RealPath(dataDirectory) ?? dataDirectory);

    /// <summary>The postmaster goes first, so that it starts no new backend; its children are known before it is gone.</summary>
    private static void KillFamily(int postmaster, HashSet<int> killed)
    {
        var children = ProcFs.Children(postmaster).ToArray();
        Posix.Signal(postmaster, Posix.SigKill);
        killed.Add(postmaster);
        foreach (var child in children)
        {
            if (ProcFs.IsPostgres(child))
            {
                Posix.Signal(child, Posix.SigKill);
                killed.Add(child);
            }
        }
    }

    private static void KillInhabitants(string home, HashSet<int> killed)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            var hasFound = false;
            foreach (var pid in ProcFs.Processes())
            {
                if (IsOurs(pid, home))
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

    private static bool IsOurs(int pid, string home) =>
        ProcFs.IsPostgres(pid) && ProcFs.WorkingDirectory(pid) == home && ProcFs.IsAlive(pid);
}
