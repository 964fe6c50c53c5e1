using Holdfast.Engines.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.Observation;

/// <summary>What the data directory is, and the mark beside it while a copy into it is unfinished.</summary>
internal abstract class ServerDirectory(string dataDirectory)
{
    public string Path { get; } = dataDirectory.TrimEnd('/');

    // Beside the directory, because the tools that fill it want it empty, and some remove files that they do not know.
    private string Mark => Path + ".unfinished";

    /// <summary>What there is, with the reason when it is not ours to touch.</summary>
    protected static (DataDirectoryState State, string? Why) Guarded(string path, Func<(DataDirectoryState State, string? Why)> look)
    {
        try
        {
            return look();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return (DataDirectoryState.Foreign, $"{path} cannot be read: {error.Message}");
        }
    }

    /// <summary>What can be said without looking into the directory; null when its contents decide.</summary>
    protected (DataDirectoryState State, string? Why)? LookOutside()
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

        return Directory.EnumerateFileSystemEntries(Path).Any() ? null : (DataDirectoryState.Empty, null);
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
    public string? Unfinished
    {
        get
        {
            try
            {
                return File.Exists(Mark) ? File.ReadAllText(Mark).Trim() : null;
            }
            catch (FileNotFoundException)
            {
                // A job has just finished and taken it away.
                return null;
            }
        }
    }

    /// <summary>Deletes what is in the directory: for half a copy only.</summary>
    public void Clear()
    {
        if (!Directory.Exists(Path))
        {
            return;
        }

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

    /// <summary>Deletes the oldest directories that were set aside beyond a limit; null for none.</summary>
    public void DropOldestSetAside(int? limit)
    {
        if (limit is not { } kept)
        {
            return;
        }

        var parent = System.IO.Path.GetDirectoryName(Path) ?? "/";
        var pattern = System.IO.Path.GetFileName(Path) + ".set-aside.*Z";
        foreach (var old in Directory.GetDirectories(parent, pattern).OrderDescending(StringComparer.Ordinal).Skip(kept))
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
