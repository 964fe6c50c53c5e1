using System.Diagnostics;
using Xunit;

namespace Holdfast.Stores.Raft.Tests.Faults;

/// <summary>A small file system of one's own in memory, which can be filled and freed.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private const int PieceBytes = 64 * 1024;

    private SmallDisk(string path) => Path = path;

    public string Path { get; }

    private string Filler => System.IO.Path.Combine(Path, "filler");

    public static async Task<SmallDisk> MountAsync(int mebibytes)
    {
        Assert.SkipUnless(Environment.UserName == "root" && File.Exists("/usr/bin/mount"), "a small file system of one's own needs root and mount");
        var disk = new SmallDisk(Directory.CreateTempSubdirectory("holdfast-small-").FullName);
        await ShellAsync("mount", "-t", "tmpfs", "-o", FormattableString.Invariant($"size={mebibytes}m"), "none", disk.Path);
        return disk;
    }

    /// <summary>Takes whatever room is left.</summary>
    public void Fill()
    {
        using var filler = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        for (var piece = new byte[PieceBytes]; piece.Length > 0;)
        {
            try
            {
                filler.Write(piece);
            }
            catch (IOException)
            {
                piece = new byte[piece.Length / 2];
            }
        }
    }

    public void Free() => File.Delete(Filler);

    public async ValueTask DisposeAsync()
    {
        await ShellAsync("umount", Path);
        Directory.Delete(Path);
    }

    private static async Task ShellAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        await process.WaitForExitAsync(CancellationToken.None);
        Assert.Equal(0, process.ExitCode);
    }
}
