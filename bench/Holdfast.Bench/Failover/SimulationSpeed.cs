using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Holdfast.Bench.Reporting;

namespace Holdfast.Bench.Failover;

/// <summary>Asks the simulation, where there is one, how many seeds it runs in a minute.</summary>
internal static partial class SimulationSpeed
{
    private const string Project = "test/Holdfast.Simulation";
    private const string Seeds = "1500";

    public static async Task MeasureAsync(Figures figures, CancellationToken stopping)
    {
        if (!Directory.Exists(Project))
        {
            return;
        }

        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])["run", "-c", "Release", "--project", Project, "--", "--seeds", Seeds])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet did not start");
        var text = await process.StandardOutput.ReadToEndAsync(stopping);
        await process.WaitForExitAsync(stopping);
        if (process.ExitCode == 0 && Rate().Match(text) is { Success: true } match)
        {
            figures.Add("sim_seeds_per_minute", "1/min", double.Parse(match.Groups[1].ValueSpan, NumberStyles.Number, CultureInfo.InvariantCulture));
        }
    }

    [GeneratedRegex(@"([\d,.]+)\s+seeds (?:a|per) minute", RegexOptions.IgnoreCase)]
    private static partial Regex Rate();
}
