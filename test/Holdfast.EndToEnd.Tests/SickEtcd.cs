using Holdfast.StoreServers;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Three etcd servers that clients, and the servers each other, reach by ways that can be made slow, silent or broken.</summary>
internal sealed class SickEtcd : IStoreServers
{
    private readonly List<SickProxy> peers = [];

    public SickEtcd(TimeProvider time)
    {
        var options = new EtcdClusterOptions
        {
            Servers = 3,
            PeersReachedBy = ports =>
            {
                peers.AddRange(ports.Select(port => new SickProxy(port, time)));
                return [.. peers.Select(proxy => proxy.Port)];
            },
        };
        Servers = new EtcdCluster(options, time);
        Clients = [.. Servers.Ports.Select(port => new SickProxy(port, time))];
    }

    public EtcdCluster Servers { get; }

    /// <summary>The members' ways to the servers.</summary>
    public IReadOnlyList<SickProxy> Clients { get; }

    public string Section => FormattableString.Invariant($"etcd3:\n  hosts: [{string.Join(", ", Clients.Select(proxy => $"127.0.0.1:{proxy.Port}"))}]");

    public Task StartAllAsync(CancellationToken cancellationToken) => Servers.StartAllAsync(cancellationToken);

    public void KillAll() => Servers.KillAll();

    /// <summary>Cuts one server off from the two others, both ways; the members reach it still.</summary>
    public async Task IsolateAsync(int server, CancellationToken cancellationToken)
    {
        var name = await Servers.MemberIdAsync(server, cancellationToken);
        for (var other = 0; other < peers.Count; other++)
        {
            if (other == server)
            {
                peers[other].BlackHole();
            }
            else
            {
                peers[other].BlackHoleFor($"X-Server-From: {name}");
            }
        }
    }

    public void Heal()
    {
        foreach (var proxy in peers.Concat(Clients))
        {
            proxy.Pass();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var proxy in peers.Concat(Clients))
        {
            await proxy.DisposeAsync();
        }

        await Servers.DisposeAsync();
    }
}
