using System.ComponentModel;
using System.Diagnostics;

namespace Holdfast.Cli.Commands;

/// <summary>Lets the operator edit a text in the editor of their choice.</summary>
internal static class Editor
{
    private static readonly string[] Usual = ["editor", "vi"];

    public static async Task<string> EditAsync(CliConsole console, string name, string text, CancellationToken cancellationToken)
    {
        var program = Find(console) ?? throw new CommandFailedException("EDITOR environment variable is not set. editor or vi are not available");
        var directory = Directory.CreateTempSubdirectory("holdfast-");
        try
        {
            var file = Path.Combine(directory.FullName, $"{name.Replace('/', '_')}-config.yaml");
            await File.WriteAllTextAsync(file, text, cancellationToken);
            await RunAsync(program, file, cancellationToken);
            return await File.ReadAllTextAsync(file, cancellationToken);
        }
        finally
        {
            directory.Delete(recursive: true);
        }
    }

    private static async Task RunAsync(string program, string file, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, [file]) { UseShellExecute = false })
                ?? throw new CommandFailedException($"The editor {program} did not start");
            await process.WaitForExitAsync(cancellationToken);
            if (process.ExitCode != 0)
            {
                throw new CommandFailedException($"Editor exited with return code {process.ExitCode}");
            }
        }
        catch (Win32Exception exception)
        {
            throw new CommandFailedException($"The editor {program} cannot be started: {exception.Message}");
        }
    }

    private static string? Find(CliConsole console)
    {
        if (console.Environment.TryGetValue("EDITOR", out var stated) && stated.Length > 0)
        {
            return stated;
        }

        var path = console.Environment.TryGetValue("PATH", out var directories) ? directories.Split(':') : [];
        return Usual.SelectMany(program => path.Select(directory => Path.Combine(directory, program))).FirstOrDefault(File.Exists);
    }
}
