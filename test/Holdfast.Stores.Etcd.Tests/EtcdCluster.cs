using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Stores.Etcd.Tests;

/// <summary>Real etcd servers on loopback, with real files.</summary>
internal sealed class EtcdCluster : IStoreCluster
{
    private const string Program = "/usr/bin/etcd";
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(60);
    private readonly string root = Directory.CreateTempSubdirectory("holdfast-etcd-").FullName;
    private readonly Process?[] processes;
    private readonly int[] ports;
    private readonly string[] extraArguments;
    private readonly List<EtcdStore> stores = [];

    private EtcdCluster(int servers, string[] extraArguments)
    {
        this.extraArguments = extraArguments;
        processes = new Process?[servers];
        ports = FreePorts(servers * 2);
    }

    public string Scheme { get; private init; } = "http";

    public IReadOnlyList<IConsensusStore> Endpoints => stores;

    public IReadOnlyList<Uri> Servers => [.. ports.Take(processes.Length).Select(port => new Uri($"{Scheme}://127.0.0.1:{port}"))];

    public static async Task<EtcdCluster> StartAsync(int servers, CancellationToken cancellationToken)
    {
        var cluster = new EtcdCluster(servers, []);
        cluster.StartAll();
        await cluster.WaitAsync(cancellationToken);
        for (var first = 0; first < servers; first++)
        {
            cluster.stores.Add(cluster.Open(first, options => options));
        }

        return cluster;
    }

    /// <summary>One server that speaks TLS and wants to see a certificate.</summary>
    public static EtcdCluster StartWithTls(string certificate, string key, string authority)
    {
        var cluster = new EtcdCluster(1, ["--cert-file", certificate, "--key-file", key, "--client-cert-auth", "--trusted-ca-file", authority]) { Scheme = "https" };
        cluster.StartAll();
        return cluster;
    }

    /// <summary>A client that asks this server first and the others after it.</summary>
    public EtcdStore Open(int first, Func<EtcdStoreOptions, EtcdStoreOptions> change)
    {
        var options = new EtcdStoreOptions { Endpoints = [.. Servers.Skip(first).Concat(Servers.Take(first))] };
        return new EtcdStore(change(options), TimeProvider.System, NullLogger<EtcdStore>.Instance);
    }

    public void Start(int server)
    {
        var start = new ProcessStartInfo(Program) { RedirectStandardError = true, RedirectStandardOutput = true };
        var (client, peer) = ($"{Scheme}://127.0.0.1:{ports[server]}", PeerUrl(server));
        string[] arguments =
        [
            "--name", Name(server), "--data-dir", Path.Combine(root, Name(server)), "--log-level", "error",
            "--listen-client-urls", client, "--advertise-client-urls", client,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
            "--initial-cluster", string.Join(',', processes.Select((_, index) => $"{Name(index)}={PeerUrl(index)}")),
            .. extraArguments,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        Assert.SkipUnless(File.Exists(Program) || IsRequired, "etcd is missing: apt-get install etcd-server");
        var process = Process.Start(start) ?? throw new InvalidOperationException("etcd did not start: apt-get install etcd-server");
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

    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.StartNew();
        await using var store = Open(0, options => options);
        while (true)
        {
            try
            {
                await store.ReadAsync("/", cancellationToken);
                return;
            }
            catch (StoreUnavailableException) when (began.Elapsed < Limit)
            {
                await Task.Delay(100, cancellationToken);
            }
        }
    }

    public async Task ForgetHistoryAsync(CancellationToken cancellationToken)
    {
        var revision = await First.PutAsync("/elsewhere", "1", cancellationToken);
        using var http = new HttpClient();
        var body = new Dictionary<string, object> { ["revision"] = $"{revision.Number}", ["physical"] = true };
        (await http.PostAsJsonAsync(new Uri(Servers[0], "/v3/kv/compaction"), body, cancellationToken)).EnsureSuccessStatusCode();
    }

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

    private static bool IsRequired => Environment.GetEnvironmentVariable("CI") is { Length: > 0 };

    private IConsensusStore First => stores[0];

    private static int[] FreePorts(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, listener => listener.Start());
        var found = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        Array.ForEach(listeners, listener => listener.Dispose());
        return found;
    }

    private static string Name(int server) => $"etcd{server + 1}";

    private void StartAll()
    {
        for (var server = 0; server < processes.Length; server++)
        {
            Start(server);
        }
    }

    private string PeerUrl(int server) => $"http://127.0.0.1:{ports[processes.Length + server]}";
}
