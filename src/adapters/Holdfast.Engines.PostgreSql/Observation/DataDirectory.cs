using System.Globalization;
using Holdfast.Engines.Observation;
using Holdfast.Engines.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>What PostgreSQL's data directory is.</summary>
internal sealed class DataDirectory(PostgreSqlOptions options, OsAccount account) : ServerDirectory(options.DataDirectory)
{
    public static int? ReadMajorVersion(string directory)
    {
        try
        {
            var text = File.ReadAllText(System.IO.Path.Combine(directory, "PG_VERSION"));
            return int.TryParse(text.Trim(), CultureInfo.InvariantCulture, out var version) ? version : null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="binariesVersion">The major version of the programs; 0 when it is unknown.</param>
    public (DataDirectoryState State, string? Why) Look(int binariesVersion) =>
        Guarded(Path, () => LookOutside() ?? LookInside(binariesVersion));

    private (DataDirectoryState State, string? Why) LookInside(int binariesVersion) => ReadMajorVersion(Path) switch
    {
        null => (DataDirectoryState.Foreign, $"{Path} is not empty and holds no PostgreSQL system"),
        { } version when binariesVersion > 0 && version != binariesVersion =>
            (DataDirectoryState.Foreign, $"{Path} holds a system of version {version}; the programs are of version {binariesVersion}"),
        _ when Posix.OwnerOf(Path) is { } owner && owner != account.EffectiveUserId =>
            (DataDirectoryState.Foreign, $"{Path} belongs to the user with number {owner}; PostgreSQL runs as number {account.EffectiveUserId} and takes its own only"),
        _ when !File.Exists(System.IO.Path.Combine(Path, "global", "pg_control")) =>
            (DataDirectoryState.Unfinished, $"{Path} has no control file: a copy into it did not finish"),
        _ => (DataDirectoryState.Valid, null),
    };
}
