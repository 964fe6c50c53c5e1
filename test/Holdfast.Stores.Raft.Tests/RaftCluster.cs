using System.Net;
using System.Net.Sockets;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.Stores.Raft.Tests.Faults;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Stores.Raft.Tests;

/// <summary>Nodes on loopback with real sockets and real files.</summary>
internal sealed class RaftCluster : IStoreCluster
{
    private readonly Dictionary<string, RaftStore> running = [];
    private readonly Dictionary<string, UnreliableDisk> disks = [];
    private readonly Func<RaftStoreOptions, RaftStoreOptions> adjust;
    private readonly string root = Directory.CreateTempSubdirectory("holdfast-raft-").FullName;

    private RaftCluster(int nodes, Func<RaftStoreOptions, RaftStoreOptions> adjust)
    {
        this.adjust = adjust;
        Addresses = [.. FreePorts(nodes).Select(port => $"127.0.0.1:{port}")];
    }

    public List<string> Addresses { get; }

    public IReadOnlyList<RaftStore> Nodes => [.. Addresses.Where(running.ContainsKey).Select(address => running[address])];

    public IReadOnlyList<IConsensusStore> Endpoints => Nodes;

    public RaftStore this[string address] => running[address];

    public static async Task<RaftCluster> StartAsync(
        int nodes, Func<RaftStoreOptions, RaftStoreOptions> adjust, CancellationToken cancellationToken)
    {
        var cluster = new RaftCluster(nodes, adjust);
        foreach (var address in cluster.Addresses)
        {
            await cluster.StartNodeAsync(address, cancellationToken);
        }

        return cluster;
    }

    public static int[] FreePorts(int count)
    {
        // Below the range that outgoing connections take theirs from: a node that restarts must find its port free.
        var ports = new HashSet<int>();
        while (ports.Count < count)
        {
            var port = Random.Shared.Next(15_000, 32_768);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                ports.Add(port);
            }
            catch (SocketException)
            {
                // Somebody else has it.
            }
        }

        return [.. ports];
    }

    public string DirectoryOf(string address) => Path.Combine(root, address.Replace(':', '-'));

    public RaftStoreOptions OptionsOf(string address) => adjust(new RaftStoreOptions
    {
        SelfAddress = address,
        PartnerAddresses = [.. Addresses.Where(other => other != address)],
        DataDirectory = DirectoryOf(address),
        Sync = DiskOf(address),
    });

    public UnreliableDisk DiskOf(string address)
    {
        if (!disks.TryGetValue(address, out var disk))
        {
            disks[address] = disk = new UnreliableDisk(disks.Count);
        }

        return disk;
    }

    public Task StartNodeAsync(string address, CancellationToken cancellationToken) =>
        StartNodeAsync(OptionsOf(address), cancellationToken);

    public async Task StartNodeAsync(RaftStoreOptions options, CancellationToken cancellationToken) =>
        running[options.SelfAddress] = await RaftStore.StartAsync(options, NoTimeOfDay.Instance, NullLogger<RaftStore>.Instance, cancellationToken);

    public async Task StopNodeAsync(string address)
    {
        if (running.Remove(address, out var node))
        {
            await node.DisposeAsync();
        }
    }

    /// <summary>Stops without handing over, as a killed process does.</summary>
    public async Task KillNodeAsync(string address)
    {
        if (running.Remove(address, out var node))
        {
            await node.StopAtOnceAsync();
        }
    }

    /// <summary>Writers and a session through clients that know the nodes of now, each a different one first.</summary>
    public Task<Workload> LoadAsync(int writers, TimeSpan timeToLive)
    {
        var (known, clients) = (Addresses.ToArray(), 0);
        return Workload.StartAsync(
            () => new RaftStoreClient(
                new RaftClientOptions { Addresses = [.. known.Skip(clients++ % known.Length), .. known], Password = OptionsOf(known[0]).Password },
                NoTimeOfDay.Instance),
            writers,
            timeToLive);
    }

    /// <summary>Ends these nodes at one moment, and leaves of their files what a power cut would.</summary>
    public async Task CutPowerAsync(params IReadOnlyCollection<string> addresses)
    {
        foreach (var address in addresses)
        {
            DiskOf(address).CutPower();
        }

        var remains = addresses.ToDictionary(address => address, address => DiskOf(address).Remains(DirectoryOf(address)));

        // Only when its loop has ended can nobody be told of a write that the files do not hold.
        var ending = addresses.Select(address => running[address].Running).ToArray();
        var killing = addresses.Select(KillNodeAsync).ToArray();
        await Task.WhenAll(ending);
        foreach (var address in addresses)
        {
            DiskOf(address).Release();
        }

        await Task.WhenAll(killing);
        foreach (var (address, files) in remains)
        {
            DiskOf(address).Restore(DirectoryOf(address), files);
        }
    }

    public async Task<RaftStore> LeaderAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (Nodes.FirstOrDefault(node => node.Status.Role == RaftNodeRole.Leader) is { } leader)
            {
                return leader;
            }

            await Task.Delay(10, cancellationToken);
        }
    }

    public async Task ForgetHistoryAsync(CancellationToken cancellationToken)
    {
        var historyMax = OptionsOf(Addresses[0]).HistoryCountMax;
        for (var i = 0; i <= historyMax; i++)
        {
            await Nodes[0].PutAsync("/elsewhere", $"{i}", cancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var disk in disks.Values)
        {
            disk.Release();
        }

        foreach (var address in running.Keys.ToArray())
        {
            await KillNodeAsync(address);
        }

        foreach (var disk in disks.Values)
        {
            disk.Dispose();
        }

        Directory.Delete(root, recursive: true);
    }
}
