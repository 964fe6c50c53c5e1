namespace Holdfast.Demo.Cluster;

/// <summary>Modes of the directories around a data directory.</summary>
internal static class Permissions
{
    /// <summary>Others may pass through, which PostgreSQL's own user must, but not look around.</summary>
    public static void LetPass(string directory) => File.SetUnixFileMode(
        directory,
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
}
