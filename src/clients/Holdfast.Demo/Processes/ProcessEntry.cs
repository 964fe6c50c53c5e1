using System.Globalization;

namespace Holdfast.Demo.Processes;

/// <summary>One process as /proc shows it. Number and start together name it: numbers are used again.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="ParentPid">Who started it, or who adopted it.</param>
/// <param name="State">The kernel's letter.</param>
/// <param name="StartTicks">When it began, in ticks since the machine did.</param>
/// <param name="CpuTicks">User and system time so far, in ticks.</param>
public readonly record struct ProcessEntry(int Pid, int ParentPid, char State, long StartTicks, long CpuTicks)
{
    // A zombie waits for its parent to ask; where nobody does, it stays for ever and is no less dead.
    public bool IsAlive => State is not ('Z' or 'X');

    /// <summary>Whether it takes no step: frozen by a signal.</summary>
    public bool IsFrozen => State is 'T' or 't';

    /// <summary>Reads a line of <c>/proc/PID/stat</c>; null when it makes no sense.</summary>
    public static ProcessEntry? Parse(string stat)
    {
        // The name stands in parentheses and may hold anything, spaces and parentheses too.
        var open = stat.IndexOf('(', StringComparison.Ordinal);
        var close = stat.LastIndexOf(')');
        if (open < 0 || close < open)
        {
            return null;
        }

        const int state = 0, parent = 1, userTime = 11, systemTime = 12, start = 19;
        var fields = stat[(close + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > start && int.TryParse(stat.AsSpan(0, open), CultureInfo.InvariantCulture, out var pid)
            ? new(pid, (int)Number(fields[parent]), fields[state][0], Number(fields[start]), Number(fields[userTime]) + Number(fields[systemTime]))
            : null;
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
