using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>The file that many begin with, as it stands in tutorials: fixed ports and paths, one etcd, no word of users.</summary>
public sealed class SmallestFileTests
{
    private static readonly string Here = Path.Combine(AppContext.BaseDirectory, "SmallestFile");

    [Fact]
    public async Task A_patroni_yml_with_an_etcd_section_starts_a_primary_as_it_is()
    {
        Assert.SkipUnless(Posix.IsRoot, "only root can make a network and a /var/lib/postgresql of its own for the ports and paths that the file names");
        var directory = Directory.CreateTempSubdirectory("holdfast-smallest-");
        try
        {
            // PostgreSQL's user runs the agent, and must be able to read it wherever it was built.
            File.SetUnixFileMode(directory.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
            Copy(Path.GetDirectoryName(CommandLine.Program) ?? "/", Path.Combine(directory.FullName, "holdfast"));
            File.Copy(Path.Combine(Here, "patroni.yml"), Path.Combine(directory.FullName, "patroni.yml"));

            var ended = await CommandLine.RunAsync(
                ["unshare", "--net", "--mount", Path.Combine(Here, "on-a-machine-of-its-own.sh"), directory.FullName, BinDirectory()]);

            Assert.True(ended.Status == 0, ended.All);
            Assert.Equal(["42", "postgresql-node-1"], ended.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static string BinDirectory() =>
        Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Last(bin => File.Exists(Path.Combine(bin, "postgres")));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }
    }
}
