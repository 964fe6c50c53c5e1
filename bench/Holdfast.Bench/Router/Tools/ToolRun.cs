using System.Diagnostics;
using Holdfast.Demo;

namespace Holdfast.Bench.Router.Tools;

/// <summary>How a program ended that does one thing, and what it wrote.</summary>
internal sealed record ToolRun(int ExitCode, string Output, string Error)
{
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">Beside our own.</param>
    /// <param name="limit">After which it is killed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="stopping">Kills it too.</param>
    public static async Task<ToolRun> RunAsync(
        IReadOnlyList<string> command,
        IReadOnlyDictionary<string, string> environment,
        TimeSpan limit,
        TimeProvider time,
        CancellationToken stopping)
    {
        // PostgreSQL's user may not look into the directory that we work in.
        var start = new ProcessStartInfo(command[0]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" };
        foreach (var argument in command.Skip(1))
        {
            start.ArgumentList.Add(argument);
        }

        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start");
        using var deadline = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, stopping);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(either.Token);
            var error = process.StandardError.ReadToEndAsync(either.Token);
            await process.WaitForExitAsync(either.Token);
            return new(process.ExitCode, await output, await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            stopping.ThrowIfCancellationRequested();
            throw new DemoException(FormattableString.Invariant($"{Path.GetFileName(command[0])} did not end within {limit.TotalSeconds:0} s"));
        }
    }

    /// <summary>Complains unless it ended well.</summary>
    public ToolRun Required(string name) => ExitCode == 0 ? this : throw new DemoException($"{name} failed: {Error.Trim()}");
}
