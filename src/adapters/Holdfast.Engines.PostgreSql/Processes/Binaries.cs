using System.Globalization;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>Finds PostgreSQL's programs.</summary>
internal sealed class Binaries(PostgreSqlOptions options)
{
    // Some systems put only the server, or only the clients, into a directory of the path.
    private static readonly string[] Programs = ["postgres", "initdb", "pg_controldata", "pg_basebackup", "pg_rewind"];

    private string? _directory;

    /// <exception cref="FileNotFoundException">PostgreSQL is not installed where anybody would look.</exception>
    public string Directory => _directory ??= Find();

    public string Path(string program) => System.IO.Path.Combine(Directory, program);

    private string Find() =>
        Candidates().FirstOrDefault(directory => Programs.All(program => File.Exists(System.IO.Path.Combine(directory, program))))
        ?? throw new FileNotFoundException("the PostgreSQL programs were not found: name their directory in postgresql.bin_dir");

    private IEnumerable<string> Candidates()
    {
        if (options.BinDirectory is { Length: > 0 } named)
        {
            return [named];
        }

        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        var version = Observation.DataDirectory.ReadMajorVersion(options.DataDirectory) ?? 0;
        return [.. Installed(version), .. path, .. Installed(null)];
    }

    private static IEnumerable<string> Installed(int? version)
    {
        var roots = new[] { "/usr/lib/postgresql/{0}/bin", "/usr/pgsql-{0}/bin" };
        for (var major = 18; major >= 12; major--)
        {
            foreach (var root in roots)
            {
                if (version == major || version is null)
                {
                    yield return root.Replace("{0}", major.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
                }
            }
        }
    }
}
