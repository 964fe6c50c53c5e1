using System.Runtime.InteropServices;

[assembly: DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]

namespace Holdfast.Demo.Processes;

/// <summary>The few system calls that .NET has no method for.</summary>
internal static partial class Posix
{
    public static bool IsRoot => GetEffectiveUserId() == 0;

    /// <summary>False when there is no such process any more.</summary>
    public static bool Send(int pid, Signal signal) => pid > 1 && Kill(pid, (int)signal) == 0;

    public static void Own(string path, int userId, int groupId)
    {
        if (ChangeOwner(path, userId, groupId) != 0)
        {
            throw new IOException($"cannot give {path} to user {userId}: error {Marshal.GetLastPInvokeError()}");
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial int GetEffectiveUserId();

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int userId, int groupId);
}

/// <summary>The signals in use, by Linux's numbers.</summary>
public enum Signal
{
    None = 0,
    Kill = 9,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
