using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.StoreServers;

/// <summary>One or more etcd servers on the loopback address, in a directory of their own, for as long as they are needed.</summary>
public sealed class EtcdCluster : IStoreServers
{
    public const string Program = "/usr/bin/etcd";
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-etcd-").FullName;
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(1) };
    private readonly TimeProvider time;
    private readonly IReadOnlyList<int> peerPorts;
    private readonly ChildProcess?[] processes;

    public EtcdCluster(int servers, TimeProvider time)
    {
        this.time = time;
        var ports = FreePorts.Take(servers * 2);
        Ports = [.. ports.Take(servers)];
        peerPorts = [.. ports.Skip(servers)];
        processes = new ChildProcess?[servers];
    }

    /// <summary>Where the clients go.</summary>
    public IReadOnlyList<int> Ports { get; }

    public string Section => $"etcd3:\n  hosts: [{string.Join(", ", Ports.Select(port => FormattableString.Invariant($"127.0.0.1:{port}")))}]";

    public static async Task<EtcdCluster> StartAsync(int servers, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = new EtcdCluster(servers, time);
        try
        {
            await cluster.StartAllAsync(cancellationToken);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public async Task StartAllAsync(CancellationToken cancellationToken)
    {
        for (var server = 0; server < processes.Length; server++)
        {
            processes[server] ??= Start(server);
        }

        await WaitAsync(cancellationToken);
    }

    public void Kill(int server)
    {
        if (processes[server] is { } process)
        {
            ProcessTable.Send(process.Entry, Signal.Kill);
            process.Dispose();
            processes[server] = null;
        }
    }

    /// <summary>Stops it where it is, until it is told to go on.</summary>
    public void Freeze(int server) => Send(server, Signal.Stop);

    public void Thaw(int server) => Send(server, Signal.Continue);

    public void KillAll()
    {
        for (var server = 0; server < processes.Length; server++)
        {
            Kill(server);
        }
    }

    /// <summary>Takes every key away, as a wrong command of an operator would.</summary>
    public async Task WipeAsync(CancellationToken cancellationToken)
    {
        using var answer = await CallAsync("deleterange", """{"key":"AA==","range_end":"AA=="}""", cancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>How many writes there have been; a revision each.</summary>
    public async Task<long> RevisionAsync(CancellationToken cancellationToken) =>
        await TryRevisionAsync(cancellationToken) ?? throw new DemoException($"etcd does not answer; see {directory}");

    public async ValueTask DisposeAsync()
    {
        foreach (var process in processes.OfType<ChildProcess>())
        {
            while (ProcessTable.Send(process.Entry, Signal.Kill))
            {
                await Task.Delay(Look, time, CancellationToken.None);
            }

            process.Dispose();
        }

        http.Dispose();
        Directory.Delete(directory, recursive: true);
    }

    private ChildProcess Start(int server)
    {
        var (client, peer) = (Url(Ports[server]), Url(peerPorts[server]));
        return ChildProcess.Start(
            [
                Program, "--name", Name(server), "--data-dir", Path.Combine(directory, Name(server)),
                "--listen-client-urls", client, "--advertise-client-urls", client,
                "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer,
                "--initial-cluster", string.Join(',', peerPorts.Select((port, index) => $"{Name(index)}={Url(port)}")),
            ],
            Path.Combine(directory, "etcd.log"),
            directory);
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (await TryRevisionAsync(cancellationToken) is null)
        {
            if (time.GetElapsedTime(began) > StartLimit)
            {
                throw new DemoException($"etcd did not start; see {directory}");
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    /// <summary>A linearizable read through etcd's own JSON gateway, so it needs a leader. Null without an answer.</summary>
    private async Task<long?> TryRevisionAsync(CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await CallAsync("range", """{"key":"AA=="}""", cancellationToken);
            using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellationToken));
            return document.RootElement.TryGetProperty("header", out var header)
                ? long.Parse(header.GetProperty("revision").GetString() ?? "0", CultureInfo.InvariantCulture)
                : null;
        }
        catch (Exception silent) when (silent is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
        {
            return null;
        }
    }

    private async Task<HttpResponseMessage> CallAsync(string verb, string json, CancellationToken cancellationToken)
    {
        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes(json));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return await http.PostAsync(new Uri($"{Url(Ports[^1])}/v3/kv/{verb}"), body, cancellationToken);
    }

    private void Send(int server, Signal signal)
    {
        if (processes[server] is { } process)
        {
            ProcessTable.Send(process.Entry, signal);
        }
    }

    private static string Name(int server) => FormattableString.Invariant($"etcd{server + 1}");

    private static string Url(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
