using System.Globalization;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>The lock file that a running PostgreSQL keeps in its data directory.</summary>
internal sealed record PostmasterFile(int Pid, int Port, string SocketDirectory, string Status)
{
    public bool IsReady => Status == "ready";

    public static PostmasterFile? Read(string dataDirectory)
    {
        string[] lines;
        try
        {
            lines = File.ReadAllLines(Path.Combine(dataDirectory, "postmaster.pid"));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        // A single-user server writes its pid negated.
        return lines.Length > 0 && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var pid)
            ? new(Math.Abs(pid), Number(lines, 3), Line(lines, 4), Line(lines, 7))
            : null;
    }

    private static string Line(string[] lines, int index) => index < lines.Length ? lines[index].Trim() : "";

    private static int Number(string[] lines, int index) =>
        int.TryParse(Line(lines, index), CultureInfo.InvariantCulture, out var number) ? number : 0;
}
