using Holdfast.Engines.Observation;
using Holdfast.Engines.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.MySql.Observation;

/// <summary>What MySQL's data directory is.</summary>
internal sealed class MySqlDirectory(MySqlOptions options, OsAccount account) : ServerDirectory(options.DataDirectory)
{
    public (DataDirectoryState State, string? Why) Look() => Guarded(Path, () => LookOutside() ?? LookInside());

    private (DataDirectoryState State, string? Why) LookInside() => Posix.OwnerOf(Path) switch
    {
        _ when !File.Exists(System.IO.Path.Combine(Path, "mysql.ibd")) => (DataDirectoryState.Foreign, $"{Path} is not empty and holds no MySQL 8 or 9 database"),
        { } owner when owner != account.EffectiveUserId =>
            (DataDirectoryState.Foreign, $"{Path} belongs to the user with number {owner}; MySQL runs as number {account.EffectiveUserId}"),
        _ => (DataDirectoryState.Valid, null),
    };
}
