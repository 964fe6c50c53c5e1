using System.Diagnostics;
using System.Globalization;

namespace Holdfast.Demo.Processes;

/// <summary>A program started in a session of its own, so that Ctrl-C is for us alone, with its output in a file.</summary>
public sealed class ChildProcess : IDisposable
{
    private static readonly TimeSpan ReapLimit = TimeSpan.FromSeconds(10);
    private readonly Process process;

    private ChildProcess(Process process, ProcessEntry entry)
    {
        this.process = process;
        Entry = entry;
    }

    public ProcessEntry Entry { get; }

    public bool IsAlive => ProcessTable.IsAlive(Entry);

    /// <summary>How it ended; null while it runs. A process that is dead and not yet reaped is waited for.</summary>
    public int? ExitStatus => !IsAlive && process.WaitForExit(ReapLimit) ? process.ExitCode : null;

    /// <summary>
    /// The shell and setsid give way to the program: its process is the one that gets our signals. A file, not a pipe, takes the
    /// output: the program may outlive us.
    /// </summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="logFile">Appended to.</param>
    /// <param name="directory">Where it runs.</param>
    public static ChildProcess Start(IReadOnlyList<string> command, string logFile, string directory)
    {
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = directory };
        foreach (var argument in (string[])["-c", """log=$1; shift; exec setsid "$@" >>"$log" 2>&1 </dev/null""", "sh", logFile, .. command])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        return ProcessTable.Find(process.Id) is { } entry
            ? new(process, entry)
            : throw new InvalidOperationException(
                string.Create(CultureInfo.InvariantCulture, $"{command[0]} ended at once with status {process.ExitCode}; see {logFile}"));
    }

    public void Dispose() => process.Dispose();
}
