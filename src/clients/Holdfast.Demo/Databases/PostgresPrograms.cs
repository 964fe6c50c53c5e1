using System.Globalization;

namespace Holdfast.Demo.Databases;

/// <summary>Where PostgreSQL's programs are on this machine.</summary>
public static class PostgresPrograms
{
    private static readonly string[] Roots = ["/usr/lib/postgresql", "/usr/local/pgsql", "/opt/postgresql"];

    /// <summary>The directory of the newest version that is installed.</summary>
    public static string FindDirectory()
    {
        var versions = Roots.Where(Directory.Exists).SelectMany(Directory.EnumerateDirectories).Select(path => Path.Combine(path, "bin"));
        var usual = Roots.Select(root => Path.Combine(root, "bin"));
        var searched = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return versions.OrderByDescending(Version).Concat(usual).Concat(searched).FirstOrDefault(HasServer)
            ?? throw new DemoException(
                "PostgreSQL's server programs were not found; on Debian and Ubuntu: apt-get install postgresql");
    }

    private static bool HasServer(string directory) =>
        File.Exists(Path.Combine(directory, "postgres")) && File.Exists(Path.Combine(directory, "initdb"));

    private static int Version(string directory) =>
        int.TryParse(Path.GetFileName(Path.GetDirectoryName(directory)), CultureInfo.InvariantCulture, out var version) ? version : 0;
}
