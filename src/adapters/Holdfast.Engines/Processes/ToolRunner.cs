using System.Diagnostics;
using System.Text;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>How a tool ended.</summary>
internal sealed record ToolResult(string Tool, int ExitCode, string Output, string ErrorTail, bool ErrorsNamedChanges)
{
    public bool Succeeded => ExitCode == 0;

    public string Words => ErrorTail.Length > 0 ? $"{Tool} failed: {ErrorTail}" : $"{Tool} failed with status {ExitCode}";
}

/// <summary>Runs PostgreSQL's tools and the operator's commands as the right user, with an environment that holds no secret.</summary>
internal sealed class ToolRunner(PostgreSqlOptions options, Binaries binaries, OsAccount account, Secrets secrets)
{
    private const int TailLines = 6;
    private const int OutputCharactersMax = 1 << 20;

    public Task<ToolResult> RunAsync(string tool, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(tool, [.. account.Prefix, binaries.Path(tool), .. arguments], "/", cancellationToken);

    /// <summary>Runs a shell command of the operator's, in the agent's own working directory.</summary>
    public Task<ToolResult> RunCommandAsync(string command, IEnumerable<string> arguments, CancellationToken cancellationToken) =>
        RunAsync(
            command.Split(' ')[0],
            [.. account.Prefix, "/bin/sh", "-c", command + " \"$@\"", "sh", .. arguments],
            Environment.CurrentDirectory,
            cancellationToken);

    /// <summary>Starts a program that outlives the agent: its own session, and no pipe to the agent.</summary>
    public int StartDetached(string tool, IEnumerable<string> arguments, string logFile)
    {
        // Every step replaces the one before, so that the pid is the program's. The log is opened by the unprivileged user.
        var start = Describe(
            [
                "setsid", .. account.Prefix,
                "/bin/sh", "-c", "log=$1; shift; exec \"$@\" </dev/null >\"$log\" 2>&1", "sh",
                logFile, binaries.Path(tool), .. arguments,
            ],
            "/");
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start");
        return process.Id;
    }

    /// <summary>Ends the tools that an earlier agent left behind when it was killed: they still write into the directory.</summary>
    public static void KillLeftovers(string dataDirectory)
    {
        foreach (var pid in ProcFs.Processes())
        {
            var arguments = ProcFs.CommandLine(pid).Split('\0');
            var tool = Path.GetFileName(arguments[0]);
            if (tool is "pg_basebackup" or "pg_rewind" or "initdb"
                && arguments.Any(argument => argument == dataDirectory || argument == $"--pgdata={dataDirectory}"))
            {
                Posix.Signal(pid, Posix.SigKill);
            }
        }
    }

    private async Task<ToolResult> RunAsync(string name, string[] command, string workingDirectory, CancellationToken cancellationToken)
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
            var errors = ReadErrorsAsync(process.StandardError, cancellationToken);
            await process.WaitForExitAsync(cancellationToken);
            var (tail, namedChanges) = await errors;
            return new(name, process.ExitCode, await output, secrets.Redact(tail), namedChanges);
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
        start.Environment["HOME"] = account.Home;
        start.Environment["PGPASSFILE"] = options.PgPassPath;
        start.Environment["PATH"] = $"{binaries.Directory}:{Environment.GetEnvironmentVariable("PATH")}";
        return start;
    }

    /// <summary>The agent's environment may hold passwords, and libpq's own variables would redirect the tools.</summary>
    private static bool IsPrivate(string name) =>
        name.StartsWith("PATRONI_", StringComparison.Ordinal)
        || name.StartsWith("HOLDFAST_", StringComparison.Ordinal)
        || name.StartsWith("PG", StringComparison.Ordinal);

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

    private static async Task<(string Tail, bool NamedChanges)> ReadErrorsAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var tail = new Queue<string>();
        var namedChanges = false;
        while (await reader.ReadLineAsync(cancellationToken) is { } line)
        {
            namedChanges |= line.Contains("need to copy", StringComparison.OrdinalIgnoreCase);
            tail.Enqueue(line.Trim());
            if (tail.Count > TailLines)
            {
                tail.Dequeue();
            }
        }

        return (string.Join("; ", tail.Where(line => line.Length > 0)), namedChanges);
    }
}
