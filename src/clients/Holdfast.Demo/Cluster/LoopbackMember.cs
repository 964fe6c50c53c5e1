using System.Globalization;
using Holdfast.Demo.Processes;

namespace Holdfast.Demo.Cluster;

/// <summary>One member as the operating system sees it: its agent, its guard, its database, and what can be done to them.</summary>
public sealed class LoopbackMember(ClusterPlan cluster, MemberPlan plan, IMemberSoftware software) : IDisposable
{
    private ChildProcess? agent;

    public MemberPlan Plan => plan;

    public string Name => plan.Name;

    public ProcessEntry? Agent => agent is { IsAlive: true } running ? running.Entry : null;

    /// <summary>Whether its agent runs and is not frozen, so that asking it makes sense.</summary>
    public bool IsListening => Agent is { } running && ProcessTable.Find(running.Pid) is { IsAlive: true, IsFrozen: false };

    /// <summary>How the agent ended; null while it runs.</summary>
    public int? ExitStatus => agent?.ExitStatus;

    /// <summary>What an agent wrote last that ended although nobody asked it to; null while it runs.</summary>
    public string? LastWords => agent is null || Agent is not null
        ? null
        : File.ReadLines(plan.LogFile).LastOrDefault(line => line.Contains("ERROR", StringComparison.Ordinal)
            || line.Contains("CRITICAL", StringComparison.Ordinal) || line.Contains("Unhandled", StringComparison.Ordinal)) ?? "nothing";

    public ProcessEntry? Guard => Processes().Where(process => ProcessTable.Arguments(process.Pid).Contains("guard")).Cast<ProcessEntry?>().FirstOrDefault();

    public ProcessEntry? Postmaster
    {
        get
        {
            var file = Path.Combine(plan.DataDirectory, cluster.Database.PidFile);
            try
            {
                return int.TryParse(File.ReadLines(file).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) && RunsInDataDirectory(pid)
                    && ProcessTable.Find(pid) is { IsAlive: true } found
                    ? found
                    : null;
            }
            catch (IOException)
            {
                return null;
            }
        }
    }

    /// <summary>Files and directories, usable by the user that PostgreSQL runs as.</summary>
    public void Prepare()
    {
        Directory.CreateDirectory(plan.Directory);
        Permissions.LetPass(plan.Directory);
        File.WriteAllText(plan.ConfigurationFile, software.Configuration(cluster, plan));
        File.WriteAllText(plan.LogFile, "");
        File.SetUnixFileMode(plan.ConfigurationFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        foreach (var path in (string[])[plan.Directory, plan.ConfigurationFile, plan.LogFile])
        {
            cluster.Account?.Own(path);
        }
    }

    public void Start()
    {
        agent?.Dispose();
        agent = ChildProcess.Start(software.Command(cluster, plan), plan.LogFile, plan.Directory);
        File.WriteAllText(plan.PidFile, string.Create(CultureInfo.InvariantCulture, $"{agent.Entry.Pid}\n"));
    }

    /// <summary>
    /// Everything alive that belongs to the member: the agent and what descends from it, what works in the data directory, and
    /// what names it on its command line, for orphans forget who started them.
    /// </summary>
    public IReadOnlyList<ProcessEntry> Processes()
    {
        var all = ProcessTable.Read();
        var mine = all.Where(process => process.Pid != Environment.ProcessId && (IsAgent(process) || IsOurs(process.Pid))).ToHashSet();
        while (true)
        {
            var pids = mine.Select(process => process.Pid).ToHashSet();
            var more = all.Where(process => pids.Contains(process.ParentPid) && !pids.Contains(process.Pid)).ToList();
            if (more.Count == 0)
            {
                return [.. mine];
            }

            mine.UnionWith(more);
        }
    }

    /// <summary>Whether the process is PostgreSQL's own: agents and guards work elsewhere.</summary>
    public bool IsDatabase(ProcessEntry process) => RunsInDataDirectory(process.Pid);

    public bool KillPostmaster() => Postmaster is { } postmaster && ProcessTable.Send(postmaster, Signal.Kill);

    /// <summary>Stops the server in its tracks; its agent goes on.</summary>
    public bool FreezeServer() => Postmaster is { } server && ProcessTable.Send(server, Signal.Stop);

    /// <summary>Kills all of the member at once, as a power cut would.</summary>
    public void KillAll() => SignalAll(Signal.Kill);

    public void Freeze() => SignalAll(Signal.Stop);

    public void Thaw()
    {
        foreach (var process in Processes())
        {
            ProcessTable.Send(process, Signal.Continue);
        }
    }

    /// <summary>Asks the agent to stop and to take its database along.</summary>
    public void AskToStop()
    {
        if (Agent is { } running)
        {
            ProcessTable.Send(running, Signal.Terminate);
        }
    }

    public void Dispose() => agent?.Dispose();

    // What is started between the look and the signal is met in the next round.
    private void SignalAll(Signal signal)
    {
        var met = new HashSet<(int, long)>();
        while (true)
        {
            var next = Processes().Where(process => met.Add((process.Pid, process.StartTicks))).ToList();
            if (next.Count == 0)
            {
                return;
            }

            // The agent first: it is to learn nothing of what happens to its database.
            foreach (var process in next.OrderByDescending(IsAgent))
            {
                ProcessTable.Send(process, signal);
            }
        }
    }

    private bool IsAgent(ProcessEntry process) => agent is { } started && started.Entry.Pid == process.Pid && started.Entry.StartTicks == process.StartTicks;

    private bool IsOurs(int pid) => RunsInDataDirectory(pid) || ProcessTable.Arguments(pid) is var arguments
        && (arguments.Any(NamesDataDirectory) || (arguments.Contains("guard") && arguments.Any(NamesMember)));

    private bool RunsInDataDirectory(int pid) => ProcessTable.WorkingDirectory(pid) is { } directory
        && (directory == plan.DataDirectory || directory.StartsWith($"{plan.DataDirectory} (deleted)", StringComparison.Ordinal));

    private bool NamesDataDirectory(string argument) =>
        argument == plan.DataDirectory || argument.EndsWith($"={plan.DataDirectory}", StringComparison.Ordinal);

    private bool NamesMember(string argument) => argument.Contains(plan.Directory + "/", StringComparison.Ordinal);
}
