using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Holdfast.Engines.Processes;

/// <summary>The few system calls that .NET has no method for.</summary>
internal static partial class Posix
{
    public const int SigHup = 1;
    public const int SigInt = 2;
    public const int SigQuit = 3;
    public const int SigKill = 9;

    private const short PollIn = 1;
    private const int Interrupted = 4;

    // The same number on every architecture; glibc has a wrapper only since 2.36.
    private const int PidFdOpen = 434;

    public static int UserId => GetEffectiveUserId();

    public static bool IsRoot => UserId == 0;

    public static bool Signal(int pid, int signal) => pid > 1 && Kill(pid, signal) == 0;

    /// <summary>A descriptor that becomes readable when the process ends; -1 when there is no such process or call.</summary>
    public static int OpenProcess(int pid) => (int)SystemCall(PidFdOpen, pid, 0);

    public static int OpenEvent() => EventFd(0, 0x80000);

    public static void SetEvent(int descriptor)
    {
        Span<byte> one = stackalloc byte[8];
        one.Clear();
        one[0] = 1;
        _ = Write(descriptor, one, 8);
    }

    public static void CloseDescriptor(int descriptor)
    {
        if (descriptor >= 0)
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>Waits until one of two descriptors is readable; a negative descriptor is left out. True when the first one is.</summary>
    public static bool WaitForFirst(int first, int second, int timeoutMilliseconds)
    {
        Span<PollDescriptor> descriptors =
        [
            new() { Descriptor = first, Events = PollIn },
            new() { Descriptor = second, Events = PollIn },
        ];
        while (Poll(descriptors, 2, timeoutMilliseconds) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }

        return descriptors[0].Returned != 0;
    }

    public static void Pause(int milliseconds) => WaitForFirst(-1, -1, milliseconds);

    public static void Own(string path, int userId, int groupId)
    {
        if (ChangeOwner(path, userId, groupId) != 0)
        {
            throw new IOException($"cannot give {path} to user {userId}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    /// <summary>Whose the path is; null when that cannot be seen.</summary>
    public static int? OwnerOf(string path)
    {
        const int currentDirectory = -100;
        const uint ownerMask = 0x8;
        return Stat(currentDirectory, path, 0, ownerMask, out var found) == 0 ? (int)found.Owner : null;
    }

    /// <summary>The path without links; null when it does not exist.</summary>
    public static string? RealPath(string path)
    {
        var resolved = ResolvePath(path, 0);
        if (resolved == 0)
        {
            return null;
        }

        try
        {
            return Marshal.PtrToStringUTF8(resolved);
        }
        finally
        {
            FreeMemory(resolved);
        }
    }

    /// <summary>Reads a small file as far as the buffer goes; nothing when it cannot be read.</summary>
    public static int ReadFile(string path, Span<byte> buffer)
    {
        const int readOnly = 0x80000;
        var descriptor = Open(path, readOnly);
        if (descriptor < 0)
        {
            return 0;
        }

        var length = 0;
        while (length < buffer.Length)
        {
            var count = Read(descriptor, buffer[length..], (nuint)(buffer.Length - length));
            if (count <= 0)
            {
                break;
            }

            length += (int)count;
        }

        _ = Close(descriptor);
        return length;
    }

    /// <summary>Makes a rename, creation or removal inside a directory last through a power cut.</summary>
    public static void SyncDirectory(string directory)
    {
        const int readOnlyDirectory = 0x10000 | 0x80000;
        var descriptor = Open(directory, readOnlyDirectory);
        if (descriptor >= 0)
        {
            _ = FileSync(descriptor);
            _ = Close(descriptor);
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint first, nint second);

    [LibraryImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint initial, int flags);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int descriptor, Span<byte> bytes, nuint count);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(Span<PollDescriptor> descriptors, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial int GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int userId, int groupId);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Stat(int directory, string path, int flags, uint mask, out FileStatus found);

    [LibraryImport("libc", EntryPoint = "realpath", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint ResolvePath(string path, nint buffer);

    [LibraryImport("libc", EntryPoint = "free")]
    private static partial void FreeMemory(nint pointer);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FileSync(int descriptor);

    [StructLayout(LayoutKind.Sequential)]
    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    // The kernel's struct statx, which is the same on every processor.
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    private struct FileStatus
    {
        [FieldOffset(20)]
        public uint Owner;
    }
}
