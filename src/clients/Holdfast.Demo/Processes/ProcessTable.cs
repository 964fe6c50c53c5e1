using System.Globalization;

namespace Holdfast.Demo.Processes;

/// <summary>What runs on this machine, read from /proc. A process that ends while it is read is left out.</summary>
public static class ProcessTable
{
    public const int TicksPerSecond = 100;

    /// <summary>All living processes.</summary>
    public static IReadOnlyList<ProcessEntry> Read()
    {
        var entries = new List<ProcessEntry>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory.AsSpan()), CultureInfo.InvariantCulture, out var pid)
                && Find(pid) is { IsAlive: true } entry)
            {
                entries.Add(entry);
            }
        }

        return entries;
    }

    public static ProcessEntry? Find(int pid) =>
        ReadText($"/proc/{pid}/stat") is { } stat ? ProcessEntry.Parse(stat) : null;

    /// <summary>Whether this very process, not a later one of the same number, still runs.</summary>
    public static bool IsAlive(ProcessEntry process) =>
        Find(process.Pid) is { IsAlive: true } now && now.StartTicks == process.StartTicks;

    public static string? WorkingDirectory(int pid)
    {
        try
        {
            return new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    public static IReadOnlyList<string> Arguments(int pid) =>
        ReadText($"/proc/{pid}/cmdline")?.Split('\0', StringSplitOptions.RemoveEmptyEntries) ?? [];

    /// <summary>Memory of the process, shared pages divided among their users; zero when it is gone.</summary>
    public static long ProportionalBytes(int pid)
    {
        foreach (var line in (ReadText($"/proc/{pid}/smaps_rollup") ?? "").Split('\n'))
        {
            if (line.StartsWith("Pss:", StringComparison.Ordinal))
            {
                return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
            }
        }

        return 0;
    }

    /// <summary>Sends a signal to this very process; false when it is gone.</summary>
    public static bool Send(ProcessEntry process, Signal signal) => IsAlive(process) && Posix.Send(process.Pid, signal);

    private static string? ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
