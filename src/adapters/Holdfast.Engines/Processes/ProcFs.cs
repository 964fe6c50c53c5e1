using System.Globalization;
using System.Text;

namespace Holdfast.Engines.Processes;

/// <summary>What the kernel says about processes.</summary>
internal static class ProcFs
{
    /// <summary>It runs, sleeps or is frozen; a zombie is dead.</summary>
    public static bool IsAlive(int pid)
    {
        Span<byte> buffer = stackalloc byte[512];
        var text = Read($"/proc/{pid}/stat", buffer);

        // The name is in parentheses and may hold any character; the state follows the last one.
        var end = text.LastIndexOf((byte)')');
        return end >= 0 && end + 2 < text.Length && text[end + 2] is not ((byte)'Z' or (byte)'X');
    }

    /// <summary>Its name, which the kernel cuts after 15 bytes, holds this one.</summary>
    public static bool IsNamed(int pid, ReadOnlySpan<byte> program)
    {
        Span<byte> buffer = stackalloc byte[64];
        return Read($"/proc/{pid}/comm", buffer).IndexOf(program) >= 0;
    }

    public static string? WorkingDirectory(int pid) => new FileInfo($"/proc/{pid}/cwd").LinkTarget;

    public static string CommandLine(int pid)
    {
        Span<byte> buffer = stackalloc byte[4096];
        return Encoding.UTF8.GetString(Read($"/proc/{pid}/cmdline", buffer));
    }

    public static IEnumerable<int> Processes()
    {
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(directory.AsSpan(6), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
            {
                yield return pid;
            }
        }
    }

    /// <summary>The direct children, as far as the kernel tells: the quick way, not the sure one.</summary>
    public static IEnumerable<int> Children(int pid)
    {
        var buffer = new byte[65536];
        var length = Read($"/proc/{pid}/task/{pid}/children", buffer).Length;
        var number = 0;
        for (var i = 0; i < length; i++)
        {
            if (buffer[i] is >= (byte)'0' and <= (byte)'9')
            {
                number = (number * 10) + (buffer[i] - '0');
            }
            else if (number > 0)
            {
                yield return number;
                number = 0;
            }
        }
    }

    private static ReadOnlySpan<byte> Read(string path, Span<byte> buffer)
    {
        // Nothing to read: the process ended meanwhile, or is none of ours. A kill looks at every process of the host, so no
        // handle, lock or exception is spent on one.
        var length = Posix.ReadFile(path, buffer);
        return buffer[..length];
    }
}
