using System.Runtime.CompilerServices;

namespace Holdfast.EndToEnd.Tests;

/// <summary>The MySQL that <c>./run test</c> unpacks, or the machine's own.</summary>
internal static class MySqlPrograms
{
    private static readonly string Unpacked = Path.Combine(CommandLine.RepositoryRoot, "artifacts", "mysql", "bin");

    public static bool AreThere => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(directory => File.Exists(Path.Combine(directory, "mysqld")));

    [ModuleInitializer]
    internal static void Find()
    {
        if (Directory.Exists(Unpacked))
        {
            Environment.SetEnvironmentVariable("PATH", $"{Unpacked}:{Environment.GetEnvironmentVariable("PATH")}");
        }
    }
}
