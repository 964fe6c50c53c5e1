namespace Holdfast.Engines.MySql.Processes;

/// <summary>Finds MySQL's programs.</summary>
internal sealed class Programs(MySqlOptions options)
{
    private static readonly string[] UsualPlaces = ["/usr/sbin", "/usr/bin", "/usr/libexec", "/usr/local/mysql/bin"];

    private string? _directory;

    /// <exception cref="FileNotFoundException">MySQL is not installed where anybody would look.</exception>
    public string Directory => _directory ??= Find();

    private string Find() =>
        Candidates().FirstOrDefault(directory => File.Exists(Path.Combine(directory, "mysqld")))
        ?? throw new FileNotFoundException("mysqld was not found: name its directory in mysql.bin_dir");

    private IEnumerable<string> Candidates() => options.BinDirectory is { Length: > 0 } named
        ? [named]
        : [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries), .. UsualPlaces];
}
