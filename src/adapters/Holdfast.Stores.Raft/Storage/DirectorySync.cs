using System.Runtime.InteropServices;

namespace Holdfast.Stores.Raft.Storage;

/// <summary>Makes created, renamed and deleted files of a directory durable; .NET cannot open a directory for that.</summary>
internal static partial class DirectorySync
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY on Linux x64
    private const int ReadOnlyDirectoryArm = 0x4000;

    public static void Flush(string directory) => With(directory, Sync);

    /// <summary>Flushes the whole file system that the directory is on.</summary>
    public static void FlushFileSystem(string directory) => With(directory, SyncFileSystem);

    private static void With(string directory, Func<int, int> sync)
    {
        var flags = RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm
            ? ReadOnlyDirectoryArm
            : ReadOnlyDirectory;
        var descriptor = Open(directory, flags);
        if (descriptor < 0)
        {
            throw new IOException($"cannot open the directory {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
        }

        try
        {
            if (sync(descriptor) != 0)
            {
                throw new IOException($"cannot sync the directory {directory}: {Marshal.GetLastPInvokeErrorMessage()}");
            }
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Sync(int descriptor);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SyncFileSystem(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Close(int descriptor);
}
