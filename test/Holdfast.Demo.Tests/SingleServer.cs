using System.Diagnostics;
using System.Globalization;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Databases;
using Holdfast.Demo.Processes;

namespace Holdfast.Demo.Tests;

/// <summary>One real PostgreSQL in a directory of its own.</summary>
internal sealed class SingleServer : IAsyncDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
    private readonly OsAccount? account = OsAccount.Needed();
    private readonly string programs = PostgresPrograms.FindDirectory();
    private ChildProcess? server;

    public CanaryHost Host { get; } = new("one", FreePorts.Take(1)[0], "secret");

    public async Task CreateAsync()
    {
        Permissions.LetPass(directory);
        account?.Own(directory);
        using var process = Process.Start(new ProcessStartInfo("setsid", [.. Prefix, Program("initdb"), "-D", Data, "-U", "postgres", "-A", "trust", "--no-sync"])
        {
            RedirectStandardOutput = true,
            WorkingDirectory = directory,
        }) ?? throw new InvalidOperationException("initdb did not start");
        await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    public void Start()
    {
        server?.Dispose();
        server = ChildProcess.Start(
            [
                .. Prefix, Program("postgres"), "-D", Data, "-p", Host.Port.ToString(CultureInfo.InvariantCulture),
                "-c", "listen_addresses=127.0.0.1", "-c", "unix_socket_directories=", "-c", "shared_buffers=16MB",
            ],
            Path.Combine(directory, "log"),
            directory);
    }

    /// <summary>Kills the server at once; what it leaves ends by itself.</summary>
    public async Task KillAsync()
    {
        var all = Processes();
        if (server is { } running)
        {
            ProcessTable.Send(running.Entry, Signal.Kill);
        }

        await Until.TrueAsync(() => !all.Any(ProcessTable.IsAlive));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        server?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private string Data => Path.Combine(directory, "data");

    private IReadOnlyList<string> Prefix => account?.Prefix ?? [];

    private string Program(string name) => Path.Combine(programs, name);

    private List<ProcessEntry> Processes() => [.. ProcessTable.Read().Where(process => ProcessTable.WorkingDirectory(process.Pid) == Data)];
}
