using System.Diagnostics;
using System.Text;

namespace Holdfast.Engines.Processes;

/// <summary>How a tool ended.</summary>
internal sealed record ToolResult(string Tool, int ExitCode, string Output, string ErrorTail)
{
    public bool Succeeded => ExitCode == 0;

    public string Words => ErrorTail.Length > 0 ? $"{Tool} failed: {ErrorTail}" : $"{Tool} failed with status {ExitCode}";
}

/// <summary>What the programs of one database need to run.</summary>
/// <param name="Account">Who runs them.</param>
/// <param name="FindDirectory">Where they are.</param>
/// <param name="Redact">Keeps passwords out of what they complain of.</param>
/// <param name="PrivatePrefixes">Variables of the agent's that would redirect them, by the beginnings of their names.</param>
/// <param name="Variables">What they are given instead.</param>
internal sealed record ToolSetting(
    OsAccount Account,
    Func<string> FindDirectory,
    Func<string, string> Redact,
    string[] PrivatePrefixes,
    IReadOnlyDictionary<string, string> Variables);

/// <summary>Runs a database's tools and the operator's commands as the right user, with an environment that holds no secret.</summary>
internal sealed class ToolRunner(ToolSetting setting)
{
    private const int TailLines = 6;
    private const int OutputCharactersMax = 1 << 20;

    /// <param name="tool">The program's name.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellationToken">Kills it and whatever it has started.</param>
    /// <param name="onError">Sees every line of its standard error, on a thread of the pool; null when nobody needs to.</param>
    public Task<ToolResult> RunAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellationToken, Action<string>? onError = null) =>
        RunAsync(tool, [.. setting.Account.Prefix, Path.Combine(setting.FindDirectory(), tool), .. arguments], "/", onError, cancellationToken);

    /// <summary>Runs a shell command of the operator's, in the agent's own working directory.</summary>
    public Task<ToolResult> RunCommandAsync(string command, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(
            command.Split(' ')[0],
            [.. setting.Account.Prefix, "/bin/sh", "-c", command + " \"$@\"", "sh", .. arguments],
            Environment.CurrentDirectory,
            null,
            cancellationToken);

    /// <summary>Starts a program that outlives the agent: its own session, and no pipe to the agent.</summary>
    public int StartDetached(string tool, IEnumerable<string> arguments, string logFile)
    {
        // Every step replaces the one before, so that the pid is the program's. The log is opened by the unprivileged user.
        var start = Describe(
            [
                "setsid", .. setting.Account.Prefix,
                "/bin/sh", "-c", "log=$1; shift; exec \"$@\" </dev/null >\"$log\" 2>&1", "sh",
                logFile, Path.Combine(setting.FindDirectory(), tool), .. arguments,
            ],
            "/");
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start");
        return process.Id;
    }

    /// <summary>Ends the tools that an earlier agent left behind when it was killed: they still write into the directory.</summary>
    public static void KillLeftovers(string dataDirectory, params ReadOnlySpan<string> tools)
    {
        foreach (var pid in ProcFs.Processes())
        {
            var arguments = ProcFs.CommandLine(pid).Split('\0');
            var tool = Path.GetFileName(arguments[0]);
            if (tools.Contains(tool)
                && arguments.Any(argument => argument == dataDirectory || argument == $"--pgdata={dataDirectory}"))
            {
                Posix.Signal(pid, Posix.SigKill);
            }
        }
    }

    private async Task<ToolResult> RunAsync(
        string name, string[] command, string workingDirectory, Action<string>? onError, CancellationToken cancellationToken)
    {
        var start = Describe(command, workingDirectory);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        start.RedirectStandardInput = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} did not start");
        process.StandardInput.Close();
        try
        {
            var output = ReadOutputAsync(process.StandardOutput, cancellationToken);
            var errors = ReadErrorsAsync(process.StandardError, onError, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            return new(name, process.ExitCode, await output, setting.Redact(await errors));
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    private ProcessStartInfo Describe(string[] command, string workingDirectory)
    {
        var start = new ProcessStartInfo(command[0], command[1..]) { WorkingDirectory = workingDirectory };
        foreach (var name in start.Environment.Keys.Where(IsPrivate).ToArray())
        {
            start.Environment.Remove(name);
        }

        // It would decide the messages' language too, and those are read.
        if (start.Environment.Remove("LC_ALL", out var locale))
        {
            start.Environment["LANG"] = locale;
        }

        start.Environment["LC_MESSAGES"] = "C";
        start.Environment["LANGUAGE"] = "C";
        start.Environment["HOME"] = setting.Account.Home;
        start.Environment["PATH"] = $"{setting.FindDirectory()}:{Environment.GetEnvironmentVariable("PATH")}";
        foreach (var (name, value) in setting.Variables)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    /// <summary>The agent's environment may hold passwords, and the client libraries' own variables would redirect the tools.</summary>
    private bool IsPrivate(string name) =>
        name.StartsWith("PATRONI_", StringComparison.Ordinal)
        || name.StartsWith("HOLDFAST_", StringComparison.Ordinal)
        || setting.PrivatePrefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal));

    private static async Task<string> ReadOutputAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            if (text.Length < OutputCharactersMax)
            {
                text.Append(line).Append('\n');
            }
        }

        return text.ToString();
    }

    private static async Task<string> ReadErrorsAsync(StreamReader reader, Action<string>? onLine, CancellationToken cancellationToken)
    {
        var tail = new Queue<string>();
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            onLine?.Invoke(line);
            tail.Enqueue(line.Trim());
            if (tail.Count > TailLines)
            {
                tail.Dequeue();
            }
        }

        return string.Join("; ", tail.Where(line => line.Length > 0));
    }
}
