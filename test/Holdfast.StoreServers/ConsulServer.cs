using System.Globalization;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.StoreServers;

/// <summary>One Consul server on the loopback address, in a directory of its own, for as long as it is needed.</summary>
public sealed class ConsulServer : IStoreServers
{
    private const int PortsEach = 6;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-consul-").FullName;
    private readonly IReadOnlyList<int> ports = FreePorts.Take(PortsEach);
    private readonly TimeProvider time;
    private readonly IReadOnlyList<string> command;
    private ChildProcess? process;

    public ConsulServer(string program, TimeProvider time)
    {
        this.time = time;
        var settings = Path.Combine(directory, "consul.json");
        File.WriteAllText(settings, string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            {"server": true, "bootstrap_expect": 1, "bind_addr": "127.0.0.1", "client_addr": "127.0.0.1", "log_level": "WARN", "session_ttl_min": "3s",
             "performance": {"raft_multiplier": 1}, "disable_update_check": true,
             "ports": {"http": {{ports[0]}}, "dns": -1, "grpc": -1, "https": -1, "server": {{ports[1]}}, "serf_lan": {{ports[2]}}, "serf_wan": {{ports[3]}} } }
            """));
        command = [program, "agent", "-config-file", settings, "-data-dir", Path.Combine(directory, "data"), "-node", "bench"];
    }

    public string Section => FormattableString.Invariant($"consul:\n  host: 127.0.0.1:{ports[0]}");

    public static async Task<ConsulServer> StartAsync(string program, TimeProvider time, CancellationToken cancellationToken)
    {
        var server = new ConsulServer(program, time);
        try
        {
            await server.StartAllAsync(cancellationToken);
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    public async Task StartAllAsync(CancellationToken cancellationToken)
    {
        process ??= ChildProcess.Start(command, Path.Combine(directory, "consul.log"), directory);
        await WaitAsync(cancellationToken);
    }

    public void KillAll()
    {
        if (process is { } running)
        {
            ProcessTable.Send(running.Entry, Signal.Kill);
            running.Dispose();
            process = null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        while (process is { } running && ProcessTable.Send(running.Entry, Signal.Kill))
        {
            await Task.Delay(Look, time, CancellationToken.None);
        }

        process?.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(1) };
        var began = time.GetTimestamp();
        while (!await LeadsAsync(http, ports[0], cancellationToken))
        {
            if (time.GetElapsedTime(began) > StartLimit)
            {
                throw new DemoException("Consul did not start");
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    private static async Task<bool> LeadsAsync(HttpClient http, int port, CancellationToken cancellationToken)
    {
        try
        {
            return (await http.GetStringAsync(new Uri(FormattableString.Invariant($"http://127.0.0.1:{port}/v1/status/leader")), cancellationToken)).Length > 2;
        }
        catch (Exception silent) when (silent is HttpRequestException || (silent is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }
}
