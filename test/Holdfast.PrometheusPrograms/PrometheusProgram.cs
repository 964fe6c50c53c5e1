using System.Diagnostics;
using Xunit;

namespace Holdfast.PrometheusPrograms;

/// <summary>Runs promtool or amtool, as tools/get-prometheus unpacks them beside the built projects.</summary>
public static class PrometheusProgram
{
    /// <summary>Where the program is; the test is skipped where it is not.</summary>
    public static string Find(string name)
    {
        var found = Directories().Select(directory => Path.Combine(directory, name)).FirstOrDefault(File.Exists);
        Assert.SkipWhen(found is null, $"there is no {name}: tools/get-prometheus unpacks it into artifacts/prometheus");
        return found!;
    }

    /// <summary>Runs the program, and answers its status and everything that it said.</summary>
    public static async Task<(int Status, string Said)> RunAsync(string name, IReadOnlyList<string> arguments, string input = "")
    {
        using var process = Process.Start(new ProcessStartInfo(Find(name), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        }) ?? throw new InvalidOperationException($"{name} did not start");
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>That a page is as Prometheus' own tool wants it.</summary>
    public static async Task CheckMetricsAsync(string page)
    {
        var (status, said) = await RunAsync("promtool", ["check", "metrics"], page);
        Assert.True(status == 0 && said.Length == 0, said);
    }

    private static IEnumerable<string> Directories() =>
        Environment.GetEnvironmentVariable("HOLDFAST_PROMETHEUS") is { Length: > 0 } named
            ? [named]
            : [Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../prometheus/bin"))];
}
