using System.Globalization;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>What the data directory is, and the mark beside it while a copy into it is unfinished.</summary>
internal sealed class DataDirectory(PostgreSqlOptions options, OsAccount account)
{
    public string Path { get; } = options.DataDirectory.TrimEnd('/');

    // Beside the directory, because initdb and pg_basebackup want it empty and pg_rewind removes files it does not know.
    private string Mark => Path + ".unfinished";

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
    public (DataDirectoryState State, string? Why) Look(int binariesVersion)
    {
        try
        {
            return LookInside(binariesVersion);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (DataDirectoryState.Foreign, $"{Path} cannot be read: {error.Message}");
        }
    }

    public void MarkUnfinished(string what)
    {
        using (var file = new FileStream(Mark, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.UTF8.GetBytes(what + "\n"));
            file.Flush(flushToDisk: true);
        }

        Posix.SyncDirectory(System.IO.Path.GetDirectoryName(Path) ?? "/");
    }

    public void MarkFinished()
    {
        File.Delete(Mark);
        Posix.SyncDirectory(System.IO.Path.GetDirectoryName(Path) ?? "/");
    }

    /// <summary>What the mark says; null when nothing is unfinished.</summary>
    public string? Unfinished => File.Exists(Mark) ? File.ReadAllText(Mark).Trim() : null;

    /// <summary>Deletes what is in the directory: for half a copy only.</summary>
    public void Clear()
    {
        foreach (var entry in new DirectoryInfo(Path).EnumerateFileSystemInfos())
        {
            if (entry is DirectoryInfo { LinkTarget: null } directory)
            {
                directory.Delete(recursive: true);
            }
            else
            {
                entry.Delete();
            }
        }
    }

    /// <summary>Renames the directory; null when there was nothing in it.</summary>
    public string? SetAside(string why, DateTimeOffset now)
    {
        if (!Directory.Exists(Path))
        {
            return null;
        }

        if (!Directory.EnumerateFileSystemEntries(Path).Any())
        {
            return null;
        }

        var aside = $"{Path}.{why}.{now.UtcDateTime:yyyyMMdd'T'HHmmssfff'Z'}";
        Directory.Move(Path, aside);
        Posix.SyncDirectory(System.IO.Path.GetDirectoryName(Path) ?? "/");
        return aside;
    }

    /// <summary>Deletes the oldest directories that were set aside, when the operator gave a limit.</summary>
    public void DropOldestSetAside()
    {
        if (options.SetAsideDirectoriesMax is not { } limit)
        {
            return;
        }

        var parent = System.IO.Path.GetDirectoryName(Path) ?? "/";
        var pattern = System.IO.Path.GetFileName(Path) + ".set-aside.*Z";
        foreach (var old in Directory.GetDirectories(parent, pattern).OrderDescending(StringComparer.Ordinal).Skip(limit))
        {
            Directory.Delete(old, recursive: true);
        }
    }

    private (DataDirectoryState State, string? Why) LookInside(int binariesVersion)
    {
        if (Unfinished is { } what)
        {
            return (DataDirectoryState.Unfinished, $"{Path} is unfinished: {what}");
        }

        if (!Directory.Exists(Path))
        {
            return File.Exists(Path)
                ? (DataDirectoryState.Foreign, $"{Path} is a file")
                : (DataDirectoryState.Empty, null);
        }

        if (!Directory.EnumerateFileSystemEntries(Path).Any())
        {
            return (DataDirectoryState.Empty, null);
        }

        return ReadMajorVersion(Path) switch
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
}
