using System.Globalization;
using System.Net;
using System.Text;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.StoreServers;

/// <summary>One or more Consul servers on the loopback address, in a directory of their own, for as long as they are needed.</summary>
public sealed class ConsulServer : IStoreServers
{
    private const int PortsEach = 4;
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-consul-").FullName;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(5) };
    private readonly IReadOnlyList<int> ports;
    private readonly ConsulOptions options;
    private readonly TimeProvider time;
    private readonly ChildProcess?[] processes;

    public ConsulServer(string program, TimeProvider time)
        : this(new ConsulOptions { Program = program }, time)
    {
    }

    public ConsulServer(ConsulOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        ports = FreePorts.Take(options.Servers * PortsEach);
        processes = new ChildProcess?[options.Servers];
    }

    public string Section => $"consul:\n  hosts: [{string.Join(", ", Servers.Select(server => server.Authority))}]";

    /// <summary>Where the clients go.</summary>
    public IReadOnlyList<Uri> Servers => [.. Enumerable.Range(0, processes.Length).Select(server => new Uri(string.Create(CultureInfo.InvariantCulture, $"{options.Scheme}://127.0.0.1:{HttpPort(server)}")))];

    public static Task<ConsulServer> StartAsync(string program, TimeProvider time, CancellationToken cancellationToken) =>
        StartAsync(new ConsulOptions { Program = program }, time, cancellationToken);

    public static async Task<ConsulServer> StartAsync(ConsulOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var server = new ConsulServer(options, time);
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
        Launch();
        var began = time.GetTimestamp();
        while (!await LeadsAsync(cancellationToken))
        {
            if (time.GetElapsedTime(began) > StartLimit)
            {
                throw new DemoException($"Consul did not start; see {directory}");
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    /// <summary>Starts those that do not run, without waiting.</summary>
    public void Launch()
    {
        for (var server = 0; server < processes.Length; server++)
        {
            processes[server] ??= Start(server);
        }
    }

    /// <summary>When this returns, it is gone and its ports are free.</summary>
    public void Kill(int server)
    {
        if (processes[server] is { } process)
        {
            ProcessTable.Send(process.Entry, Signal.Kill);
            SpinWait.SpinUntil(() => !process.IsAlive, StartLimit);
            process.Dispose();
            processes[server] = null;
        }
    }

    public void KillAll()
    {
        for (var server = 0; server < processes.Length; server++)
        {
            Kill(server);
        }
    }

    /// <summary>Stops it where it is, until it is told to go on.</summary>
    public void Freeze(int server) => Send(server, Signal.Stop);

    public void Thaw(int server) => Send(server, Signal.Continue);

    /// <summary>Sends a request of Consul's own to the first server, until there is a leader to answer it.</summary>
    public async Task<string> CallAsync(HttpMethod method, string path, string? body, string? token, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (true)
        {
            using var request = new HttpRequestMessage(method, new Uri(Servers[0], path));
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            if (token is not null)
            {
                request.Headers.Add("X-Consul-Token", token);
            }

            using var answer = await http.SendAsync(request, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.InternalServerError || time.GetElapsedTime(began) > StartLimit)
            {
                answer.EnsureSuccessStatusCode();
                return await answer.Content.ReadAsStringAsync(cancellationToken);
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    public ValueTask DisposeAsync()
    {
        KillAll();
        http.Dispose();
        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private ChildProcess Start(int server)
    {
        var settings = Path.Combine(directory, $"{Name(server)}.json");
        var isTls = options.Scheme == "https";
        File.WriteAllText(settings, string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            { "server": true, "bootstrap_expect": {{processes.Length}}, "bind_addr": "127.0.0.1", "client_addr": "127.0.0.1", "log_level": "WARN",
              "retry_interval": "1s", "retry_join": [{{string.Join(',', processes.Select((_, other) => $"\"127.0.0.1:{SerfPort(other)}\""))}}],
              "performance": { "raft_multiplier": 1 }, "leave_on_terminate": false, "disable_update_check": true,
              "ports": { "http": {{(isTls ? -1 : HttpPort(server))}}, "https": {{(isTls ? HttpPort(server) : -1)}}, "dns": -1, "grpc": -1,
                         "server": {{ports[(server * PortsEach) + 1]}}, "serf_lan": {{SerfPort(server)}}, "serf_wan": {{ports[(server * PortsEach) + 3]}} }
              {{(options.Settings.Length == 0 ? "" : ", " + options.Settings)}} }
            """));
        return ChildProcess.Start(
            [options.Program, "agent", "-config-file", settings, "-data-dir", Path.Combine(directory, Name(server)), "-node", Name(server)],
            Path.Combine(directory, "consul.log"),
            directory);
    }

    private async Task<bool> LeadsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await http.GetStringAsync(new Uri(Servers[0], "/v1/status/leader"), cancellationToken)).Length > 2;
        }
        catch (Exception silent) when (silent is HttpRequestException || (silent is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private void Send(int server, Signal signal)
    {
        if (processes[server] is { } process)
        {
            ProcessTable.Send(process.Entry, signal);
        }
    }

    private int HttpPort(int server) => ports[server * PortsEach];

    private int SerfPort(int server) => ports[(server * PortsEach) + 2];

    private static string Name(int server) => FormattableString.Invariant($"consul{server}");
}
