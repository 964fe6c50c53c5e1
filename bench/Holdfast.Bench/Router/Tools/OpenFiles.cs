using System.Globalization;

namespace Holdfast.Bench.Router.Tools;

/// <summary>How many connections a proxy here can hold: each takes two open files, and the kernel may allow few.</summary>
internal static class OpenFiles
{
    // The proxy's own: listeners, event loops, the store.
    private const int Spare = 400;

    public static int ConnectionsMax
    {
        get
        {
            var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
            var hard = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4];
            return hard == "unlimited" ? int.MaxValue : (int.Parse(hard, CultureInfo.InvariantCulture) - Spare) / 2;
        }
    }
}
