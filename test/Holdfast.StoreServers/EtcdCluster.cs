using System.Globalization;
using Holdfast.Demo;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.StoreServers;

/// <summary>One or more etcd servers on the loopback address, in a directory of their own, for as long as they are needed.</summary>
public sealed class EtcdCluster : IStoreServers
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-etcd-").FullName;
    private readonly EtcdClusterOptions options;
    private readonly TimeProvider time;
    private readonly IReadOnlyList<int> peerPorts;
    private readonly IReadOnlyList<int> reachedBy;
    private readonly IReadOnlyList<EtcdServerView> views;
    private readonly ChildProcess?[] processes;
    private int generation;

    public EtcdCluster(int servers, TimeProvider time)
        : this(new EtcdClusterOptions { Servers = servers }, time)
    {
    }

    public EtcdCluster(EtcdClusterOptions options, TimeProvider time)
    {
        this.options = options;
        this.time = time;
        var ports = FreePorts.Take(options.Servers * 3);
        Ports = [.. ports.Take(options.Servers)];
        peerPorts = [.. ports.Skip(options.Servers).Take(options.Servers)];
        reachedBy = options.PeersReachedBy(peerPorts);
        views = [.. ports.Skip(options.Servers * 2).Select((port, server) => new EtcdServerView(Servers[server], Url(port)))];
        processes = new ChildProcess?[options.Servers];
    }

    /// <summary>Where the clients go.</summary>
    public IReadOnlyList<int> Ports { get; }

    /// <summary>The same, as addresses.</summary>
    public IReadOnlyList<Uri> Servers => [.. Ports.Select(port => new Uri(string.Create(CultureInfo.InvariantCulture, $"{options.Scheme}://127.0.0.1:{port}")))];

    public string Section => $"etcd3:\n  hosts: [{string.Join(", ", Servers.Select(server => server.Authority))}]";

    public static Task<EtcdCluster> StartAsync(int servers, TimeProvider time, CancellationToken cancellationToken) =>
        StartAsync(new EtcdClusterOptions { Servers = servers }, time, cancellationToken);

    public static async Task<EtcdCluster> StartAsync(EtcdClusterOptions options, TimeProvider time, CancellationToken cancellationToken)
    {
        var cluster = new EtcdCluster(options, time);
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
        var idle = Enumerable.Range(0, processes.Length).Where(server => processes[server] is null).ToArray();
        foreach (var server in idle)
        {
            processes[server] = Start(server);
        }

        await UntilAsync(() => AllAsync(idle.Select(server => views[server].IsWellAsync(cancellationToken))), "etcd did not start", cancellationToken);
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
    public Task WipeAsync(CancellationToken cancellationToken) =>
        views[^1].CallAsync("kv/deleterange", """{"key":"AA==","range_end":"AA=="}""", cancellationToken);

    /// <summary>Reads go on and every write is refused, as when there is no room left.</summary>
    public Task RefuseWritesAsync(CancellationToken cancellationToken) =>
        views[^1].CallAsync("maintenance/alarm", """{"action":"ACTIVATE","alarm":"NOSPACE"}""", cancellationToken);

    public Task TakeWritesAsync(CancellationToken cancellationToken) =>
        views[^1].CallAsync("maintenance/alarm", """{"action":"DEACTIVATE","alarm":"NOSPACE"}""", cancellationToken);

    /// <summary>Forgets the changes before a revision.</summary>
    public Task CompactAsync(long revision, CancellationToken cancellationToken) =>
        views[0].CallAsync("kv/compaction", string.Create(CultureInfo.InvariantCulture, $$"""{"revision":"{{revision}}","physical":true}"""), cancellationToken);

    /// <summary>A request of etcd's own to one server, by its JSON gateway.</summary>
    public Task CallAsync(int server, string path, string json, CancellationToken cancellationToken) => views[server].CallAsync(path, json, cancellationToken);

    /// <summary>How many writes there have been; a revision each. Linearizable, so it needs a leader.</summary>
    public async Task<long> RevisionAsync(CancellationToken cancellationToken)
    {
        foreach (var view in views.Reverse())
        {
            if (await view.TryRevisionAsync(cancellationToken) is { } revision)
            {
                return revision;
            }
        }

        throw new DemoException($"etcd does not answer; see {directory}");
    }

    /// <summary>What all servers that run have computed so far.</summary>
    public TimeSpan ProcessorTime => TimeSpan.FromSeconds(
        processes.OfType<ChildProcess>().Sum(process => ProcessTable.Find(process.Entry.Pid)?.CpuTicks ?? 0) / (double)ProcessTable.TicksPerSecond);

    /// <summary>Which server leads, waiting until one does.</summary>
    public async Task<int> LeaderAsync(CancellationToken cancellationToken)
    {
        var leader = -1;
        await UntilAsync(async () => (leader = await TryLeaderAsync(cancellationToken)) >= 0, "etcd has no leader", cancellationToken);
        return leader;
    }

    /// <summary>What distinguishes a server from the others, as they name each other.</summary>
    public async Task<string> MemberIdAsync(int server, CancellationToken cancellationToken) =>
        (await views[server].StandingAsync(cancellationToken))?.Member.ToString("x", CultureInfo.InvariantCulture) ?? throw new DemoException("etcd does not answer");

    /// <summary>Writes everything that is stored to a file, which must not exist yet.</summary>
    public Task SnapshotAsync(string file, CancellationToken cancellationToken) =>
        RunAsync([options.Binaries.Client, "--endpoints", Servers[^1].ToString(), "snapshot", "save", file], cancellationToken);

    /// <summary>Ends every server and starts new ones, which know what the file has and nothing that came after it.</summary>
    public async Task RestoreAsync(string file, CancellationToken cancellationToken)
    {
        KillAll();
        generation++;
        for (var server = 0; server < processes.Length; server++)
        {
            await RunAsync([options.Binaries.FileTool, "snapshot", "restore", file, .. Identity(server)], cancellationToken);
        }

        await StartAllAsync(cancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        KillAll();
        foreach (var view in views)
        {
            view.Dispose();
        }

        Directory.Delete(directory, recursive: true);
        return ValueTask.CompletedTask;
    }

    private ChildProcess Start(int server) => ChildProcess.Start(
        [
            options.Binaries.Server, .. Identity(server),
            "--listen-client-urls", Servers[server].ToString().TrimEnd('/'), "--advertise-client-urls", Servers[server].ToString().TrimEnd('/'),
            "--listen-peer-urls", Text(peerPorts[server]), "--listen-metrics-urls", views[server].Metrics.ToString().TrimEnd('/'), .. options.Arguments,
        ],
        LogFile,
        directory);

    private string[] Identity(int server) =>
    [
        "--name", Name(server), "--data-dir", Path.Combine(directory, FormattableString.Invariant($"{Name(server)}-{generation}")),
        "--initial-advertise-peer-urls", Text(reachedBy[server]),
        "--initial-cluster", string.Join(',', reachedBy.Select((port, index) => $"{Name(index)}={Text(port)}")),
    ];

    private string LogFile => Path.Combine(directory, "etcd.log");

    /// <summary>The one that says so itself, in the newest term: a leader that was frozen does not know yet what has happened.</summary>
    private async Task<int> TryLeaderAsync(CancellationToken cancellationToken)
    {
        var standings = await Task.WhenAll(views.Select(view => view.StandingAsync(cancellationToken)));
        return Enumerable.Range(0, standings.Length)
            .Where(server => standings[server] is { Leads: true })
            .OrderByDescending(server => standings[server]?.Term)
            .FirstOrDefault(-1);
    }

    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        using var process = ChildProcess.Start(["env", "ETCDCTL_API=3", .. command], LogFile, directory);
        await UntilAsync(() => Task.FromResult(!process.IsAlive), $"{command[0]} does not end", cancellationToken);
        if (process.ExitStatus != 0)
        {
            var said = await File.ReadAllLinesAsync(LogFile, cancellationToken);
            throw new DemoException($"{string.Join(' ', command)} failed: {string.Join(' ', said.TakeLast(3))}");
        }
    }

    private async Task UntilAsync(Func<Task<bool>> holds, string complaint, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!await holds())
        {
            if (time.GetElapsedTime(began) > StartLimit)
            {
                throw new DemoException($"{complaint}; see {directory}");
            }

            await Task.Delay(Look, time, cancellationToken);
        }
    }

    private static async Task<bool> AllAsync(IEnumerable<Task<bool>> answers) => Array.TrueForAll(await Task.WhenAll(answers), answer => answer);

    private void Send(int server, Signal signal)
    {
        if (processes[server] is { } process)
        {
            ProcessTable.Send(process.Entry, signal);
        }
    }

    private static string Name(int server) => FormattableString.Invariant($"etcd{server + 1}");

    private static Uri Url(int port) => new(Text(port));

    private static string Text(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}
