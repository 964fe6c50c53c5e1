using System.Globalization;

namespace Holdfast.Bench.Router.Tools;

/// <summary>Reads pgbench's logs of single transactions.</summary>
internal static class Latencies
{
    // client, number, microseconds, script, second, microsecond
    private const int Column = 2;

    public static TimeSpan Longest(string directory) => Directory.EnumerateFiles(directory)
        .SelectMany(File.ReadLines)
        .Select(line => line.Split(' ')[Column])
        .Select(text => long.TryParse(text, CultureInfo.InvariantCulture, out var microseconds) ? TimeSpan.FromMicroseconds(microseconds) : TimeSpan.Zero)
        .DefaultIfEmpty()
        .Max();
}
