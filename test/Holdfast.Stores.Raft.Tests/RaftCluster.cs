using System.Net;
using System.Net.Sockets;
using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging.Abstractions;

namespace Holdfast.Stores.Raft.Tests;

/// <summary>Nodes on loopback with real sockets and real files.</summary>
internal sealed class RaftCluster : IStoreCluster
{
    private readonly Dictionary<string, RaftStore> running = [];
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
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToArray();
        Array.ForEach(listeners, listener => listener.Start());
        var ports = listeners.Select(listener => ((IPEndPoint)listener.LocalEndpoint).Port).ToArray();
        Array.ForEach(listeners, listener => listener.Dispose());
        return ports;
    }

    public string DirectoryOf(string address) => Path.Combine(root, address.Replace(':', '-'));

    public RaftStoreOptions OptionsOf(string address) => adjust(new RaftStoreOptions
    {
        SelfAddress = address,
        PartnerAddresses = [.. Addresses.Where(other => other != address)],
        DataDirectory = DirectoryOf(address),
    });

    public Task StartNodeAsync(string address, CancellationToken cancellationToken) =>
        StartNodeAsync(OptionsOf(address), cancellationToken);

    public async Task StartNodeAsync(RaftStoreOptions options, CancellationToken cancellationToken) =>
        running[options.SelfAddress] = await RaftStore.StartAsync(options, TimeProvider.System, NullLogger<RaftStore>.Instance, cancellationToken);

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
        foreach (var address in running.Keys.ToArray())
        {
            await KillNodeAsync(address);
        }

        Directory.Delete(root, recursive: true);
    }
}
