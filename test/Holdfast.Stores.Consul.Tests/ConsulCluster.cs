using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Stores.Consul.Tests;

/// <summary>Real Consul servers on loopback, with real files.</summary>
internal sealed class ConsulCluster : IStoreCluster
{
    private const int PortsEach = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private readonly string root = Directory.CreateTempSubdirectory("holdfast-consul-").FullName;
    private readonly Process?[] processes;
    private readonly int[] ports;
    private readonly string extraSettings;
    private readonly List<ConsulStore> stores = [];

    private ConsulCluster(int servers, string extraSettings)
    {
        this.extraSettings = extraSettings;
        processes = new Process?[servers];
        ports = FreePorts(servers * PortsEach);
    }

    public string Scheme { get; private init; } = "http";

    public IReadOnlyList<IConsensusStore> Endpoints => stores;

    public IReadOnlyList<Uri> Servers => [.. Enumerable.Range(0, processes.Length).Select(server => new Uri($"{Scheme}://127.0.0.1:{HttpPort(server)}"))];

    public static async Task<ConsulCluster> StartAsync(int servers, CancellationToken cancellationToken)
    {
        var cluster = Launch(servers, """, "limits": { "kv_max_value_size": 2097152, "txn_max_req_len": 4194304 }, "session_ttl_min": "1s" """);
        await cluster.WaitAsync(options => options, cancellationToken);
        for (var first = 0; first < servers; first++)
        {
            cluster.stores.Add(cluster.Open(first, options => options));
        }

        return cluster;
    }

    /// <summary>Servers with further settings, as JSON that begins with a comma.</summary>
    public static ConsulCluster Launch(int servers, string extraSettings)
    {
        var cluster = new ConsulCluster(servers, extraSettings);
        cluster.StartAll();
        return cluster;
    }

    /// <summary>One server that speaks TLS and wants to see a certificate.</summary>
    public static ConsulCluster LaunchWithTls(string certificate, string key, string authority)
    {
        var settings = $$""", "cert_file": "{{certificate}}", "key_file": "{{key}}", "ca_file": "{{authority}}", "verify_incoming_https": true """;
        var cluster = new ConsulCluster(1, settings) { Scheme = "https" };
        cluster.StartAll();
        return cluster;
    }

    /// <summary>A client that asks this server first and the others after it.</summary>
    public ConsulStore Open(int first, Func<ConsulStoreOptions, ConsulStoreOptions> change)
    {
        var options = new ConsulStoreOptions { Endpoints = [.. Servers.Skip(first).Concat(Servers.Take(first))] };
        return new ConsulStore(change(options), TimeProvider.System, NullLogger<ConsulStore>.Instance);
    }

    public void Start(int server)
    {
        Assert.SkipUnless(File.Exists(Program), $"Consul is missing: tools/get-consul {Path.GetDirectoryName(Path.GetDirectoryName(Program))}");
        var settings = Path.Combine(root, $"consul{server}.json");
        var https = Scheme == "https";
        File.WriteAllText(settings, string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            { "server": true, "bootstrap_expect": {{processes.Length}}, "bind_addr": "127.0.0.1", "client_addr": "127.0.0.1", "log_level": "ERR",
              "retry_interval": "1s", "retry_join": [{{string.Join(',', processes.Select((_, other) => $"\"127.0.0.1:{SerfPort(other)}\""))}}],
              "performance": { "raft_multiplier": 1 }, "leave_on_terminate": false, "disable_update_check": true,
              "ports": { "http": {{(https ? -1 : HttpPort(server))}}, "https": {{(https ? HttpPort(server) : -1)}}, "dns": -1, "grpc": -1,
                         "server": {{ports[(server * PortsEach) + 1]}}, "serf_lan": {{SerfPort(server)}}, "serf_wan": {{ports[(server * PortsEach) + 3]}} }
              {{extraSettings}} }
            """));
        var start = new ProcessStartInfo(Program, ["agent", "-config-file", settings, "-data-dir", Path.Combine(root, $"data{server}"), "-node", $"consul{server}"])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("Consul did not start");
        process.ErrorDataReceived += static (_, _) => { };
        process.OutputDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        processes[server] = process;
    }

    public async Task KillAsync(int server)
    {
        if (processes[server] is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
            processes[server] = null;
        }
    }

    public void Signal(int server, string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", processes[server]!.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async Task WaitAsync(Func<ConsulStoreOptions, ConsulStoreOptions> change, CancellationToken cancellationToken)
    {
        var began = Stopwatch.StartNew();
        await using var store = Open(0, change);
        while (true)
        {
            try
            {
                await store.OpenSessionAsync(TimeSpan.FromSeconds(10), cancellationToken);
                return;
            }
            catch (StoreUnavailableException) when (began.Elapsed < Limit)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    /// <summary>Sends a request of Consul's own to the first server, until there is a leader to answer it.</summary>
    public async Task<string> CallAsync(HttpMethod method, string path, string? body, string? token, CancellationToken cancellationToken)
    {
        using var http = new HttpClient();
        var began = Stopwatch.StartNew();
        while (true)
        {
            using var request = new HttpRequestMessage(method, new Uri(Servers[0], path));
            request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
            if (token is not null)
            {
                request.Headers.Add("X-Consul-Token", token);
            }

            using var answer = await http.SendAsync(request, cancellationToken);
            if (answer.StatusCode != HttpStatusCode.InternalServerError || began.Elapsed > Limit)
            {
                answer.EnsureSuccessStatusCode();
                return await answer.Content.ReadAsStringAsync(cancellationToken);
            }

            await Task.Delay(100, cancellationToken);
        }
    }

    /// <summary>There is none to forget.</summary>
    public Task ForgetHistoryAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        for (var server = 0; server < processes.Length; server++)
        {
            await KillAsync(server);
        }

        Directory.Delete(root, recursive: true);
    }

    /// <summary>Unpacked beside the built projects, unless it is said to be elsewhere.</summary>
    private static string Program { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_CONSUL")
        ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../consul/root/usr/bin/consul"));

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, listener => listener.Start());
        var found = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        Array.ForEach(listeners, listener => listener.Dispose());
        return found;
    }

    private void StartAll()
    {
        for (var server = 0; server < processes.Length; server++)
        {
            Start(server);
        }
    }

    private int HttpPort(int server) => ports[server * PortsEach];

    private int SerfPort(int server) => ports[(server * PortsEach) + 2];
}
