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
    public void Kill()
    {
        var home = Posix.RealPath(dataDirectory) ?? dataDirectory;
        if (PostmasterFile.Read(dataDirectory) is { } file && IsOurs(file.Pid, home))
        {
            KillFamily(file.Pid);
        }

        KillInhabitants(home);
    }

    /// <summary>Kills the backends that a dead postmaster left behind: they would go on serving their clients.</summary>
    internal void KillOrphans() => KillInhabitants(Posix.RealPath(dataDirectory) ?? dataDirectory);

    internal bool IsOurs(int pid) => IsOurs(pid, Posix.RealPath(dataDirectory) ?? dataDirectory);

    /// <summary>The postmaster goes first, so that it starts no new backend; its children are known before it is gone.</summary>
    internal static void KillFamily(int postmaster)
    {
        var children = ProcFs.Children(postmaster).ToArray();
        Posix.Signal(postmaster, Posix.SigKill);
        foreach (var child in children)
        {
            if (ProcFs.IsPostgres(child))
            {
                Posix.Signal(child, Posix.SigKill);
            }
        }
    }

    private static void KillInhabitants(string home)
    {
        for (var round = 0; round < RoundsMax; round++)
        {
            var alive = 0;
            foreach (var pid in ProcFs.Processes())
            {
                if (IsOurs(pid, home))
                {
                    Posix.Signal(pid, Posix.SigKill);
                    alive++;
                }
            }

            if (alive == 0)
            {
                return;
            }

            Posix.Pause(1);
        }
    }

    private static bool IsOurs(int pid, string home) =>
        ProcFs.IsPostgres(pid) && ProcFs.WorkingDirectory(pid) == home && ProcFs.IsAlive(pid);
}
