using System.Diagnostics;

namespace Holdfast.EndToEnd.Tests;

/// <summary>File systems in memory, one under each directory, as small as is asked for.</summary>
internal sealed class SmallDisks : IDisposable
{
    private readonly List<string> mounted = [];

    public SmallDisks(IEnumerable<string> directories, int megabytes)
    {
        foreach (var directory in directories)
        {
            var kept = Directory.CreateTempSubdirectory("holdfast-kept-").FullName;
            Run("cp", "-a", directory + "/.", kept);
            Run("mount", "-t", "tmpfs", "-o", $"size={megabytes}m,mode=0711", "tmpfs", directory);
            mounted.Add(directory);
            Run("cp", "-a", kept + "/.", directory);
            Directory.Delete(kept, recursive: true);
        }
    }

    /// <summary>A file that takes all the room there is but a part.</summary>
    /// <param name="directory">On the file system.</param>
    /// <param name="leftPercent">What is left of the whole.</param>
    public static string Fill(string directory, double leftPercent)
    {
        var path = Path.Combine(directory, "ballast");
        var disk = new DriveInfo(directory);
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write);
        var piece = new byte[1 << 20];
        try
        {
            while (disk.AvailableFreeSpace > disk.TotalSize * leftPercent / 100)
            {
                file.Write(piece);
                file.Flush();
            }
        }
        catch (IOException)
        {
            // That was the rest.
        }

        return path;
    }

    public void Dispose() => mounted.ForEach(directory => Run("umount", "-l", directory));

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }
}
