using System.Globalization;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Databases;
using Holdfast.Demo.Processes;

namespace Holdfast.Bench.Router.Tools;

/// <summary>One PostgreSQL that nobody manages, which trusts everybody on the loopback address.</summary>
internal sealed class PlainServer : IAsyncDisposable
{
    private const int ConnectionsMax = 1_200;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-plain-").FullName;
    private readonly OsAccount? account = OsAccount.Needed();
    private readonly string programs = PostgresPrograms.FindDirectory();
    private readonly TimeProvider time;
    private ChildProcess? postmaster;

    private PlainServer(TimeProvider time) => this.time = time;

    public int Port { get; } = FreePorts.Take(1)[0];

    private string Data => Path.Combine(directory, "data");

    public static async Task<PlainServer> StartAsync(TimeProvider time, CancellationToken stopping)
    {
        var server = new PlainServer(time);
        try
        {
            await server.StartAsync(stopping);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (postmaster is not null)
        {
            (await RunAsync(["pg_ctl", "stop", "-D", Data, "-m", "fast", "-s"], CancellationToken.None)).Required("pg_ctl stop");
            postmaster.Dispose();
        }

        Directory.Delete(directory, recursive: true);
    }

    private async Task StartAsync(CancellationToken stopping)
    {
        account?.Own(directory);
        (await RunAsync(
            ["initdb", "-D", Data, "-U", ClusterPlan.Superuser, "-A", "trust", "-E", "UTF8", "--locale=C", "-N"], stopping)).Required("initdb");
        postmaster = ChildProcess.Start(
            Command([
                "postgres", "-D", Data, "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture), "-k", "", "-c", "fsync=off",
                "-c", string.Create(CultureInfo.InvariantCulture, $"max_connections={ConnectionsMax}"), "-c", "shared_buffers=256MB",
            ]),
            Path.Combine(directory, "postgres.log"),
            directory);
        var began = time.GetTimestamp();
        while ((await RunAsync(["pg_isready", "-q", "-h", "127.0.0.1", "-p", Port.ToString(CultureInfo.InvariantCulture)], stopping)).ExitCode != 0)
        {
            if (!postmaster.IsAlive || time.GetElapsedTime(began) > Limit)
            {
                throw new DemoException($"PostgreSQL did not start in {directory}");
            }

            await Task.Delay(Look, time, stopping);
        }
    }

    private Task<ToolRun> RunAsync(IReadOnlyList<string> command, CancellationToken stopping) =>
        ToolRun.RunAsync(Command(command), new Dictionary<string, string>(), Limit, time, stopping);

    private IReadOnlyList<string> Command(IReadOnlyList<string> command) =>
        [.. account?.Prefix ?? [], Path.Combine(programs, command[0]), .. command.Skip(1)];
}
