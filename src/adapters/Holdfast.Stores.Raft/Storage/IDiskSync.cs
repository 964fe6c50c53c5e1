using Microsoft.Win32.SafeHandles;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>What makes writes outlast a power cut. Tests put a disk in its place that stalls, or forgets what was not synced.</summary>
internal interface IDiskSync
{
    /// <summary>Returns when all that was written to the file is on disk.</summary>
    void SyncFile(SafeFileHandle file, string path);

    /// <summary>Returns when the created, renamed and deleted files of a directory are on disk.</summary>
    void SyncDirectory(string directory);

    /// <summary>Returns when a new directory itself is on disk, and those that were made for it.</summary>
    void SyncNewDirectory(string directory);
}

/// <summary>The operating system's own.</summary>
internal sealed class KernelSync : IDiskSync
{
    public static readonly KernelSync Instance = new();

    public void SyncFile(SafeFileHandle file, string path) => RandomAccess.FlushToDisk(file);

    public void SyncDirectory(string directory) => DirectorySync.Flush(directory);

    // The directory above may not be open to us, and it happens once in a node's life.
    public void SyncNewDirectory(string directory) => DirectorySync.FlushFileSystem(directory);
}
