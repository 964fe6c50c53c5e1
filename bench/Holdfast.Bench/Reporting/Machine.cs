using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Holdfast.Demo.Databases;

namespace Holdfast.Bench.Reporting;

/// <summary>Where the figures come from: without it they mean nothing.</summary>
internal static class Machine
{
    public static async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        var server = await FirstLineAsync(Path.Combine(PostgresPrograms.FindDirectory(), "postgres"), cancellationToken);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Environment.ProcessorCount} cores, {MemoryGigabytes():0} GB RAM, Linux {Environment.OSVersion.Version}, {RuntimeInformation.OSArchitecture}, {server}");
    }

    /// <summary>What a program says of its version.</summary>
    public static Task<string> FirstLineAsync(string program, CancellationToken cancellationToken) =>
        FirstLineAsync(program, "--version", cancellationToken);

    /// <summary>The same of a program that has its own word for it.</summary>
    public static async Task<string> FirstLineAsync(string program, string argument, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start");
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return text.Split('\n')[0].Trim();
    }

    private static double MemoryGigabytes()
    {
        const double kibibytesPerGigabyte = 1e9 / 1024;
        var line = File.ReadLines("/proc/meminfo").First(line => line.StartsWith("MemTotal:", StringComparison.Ordinal));
        return double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / kibibytesPerGigabyte;
    }
}
