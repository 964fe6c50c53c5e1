using Holdfast.StoreServers;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Three members on a store that runs apart from them, so that it can be taken away.</summary>
public abstract class ExternalStoreCluster(string scope, IStoreServers servers) : LiveCluster(scope, servers.Section)
{
    public IStoreServers Servers => servers;

    public override async ValueTask InitializeAsync()
    {
        await servers.StartAllAsync(TestContext.Current.CancellationToken);
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await servers.DisposeAsync();
    }
}

public sealed class EtcdLiveCluster : ExternalStoreCluster
{
    public EtcdLiveCluster()
        : this(new EtcdCluster(3, TimeProvider.System))
    {
    }

    private EtcdLiveCluster(EtcdCluster etcd)
        : base("on-etcd", etcd) => Etcd = etcd;

    internal EtcdCluster Etcd { get; }
}

public sealed class ConsulLiveCluster : ExternalStoreCluster
{
    public ConsulLiveCluster()
        : this(new ConsulServer(new ConsulOptions { Servers = 3 }, TimeProvider.System))
    {
    }

    private ConsulLiveCluster(ConsulServer consul)
        : base("on-consul", consul) => Consul = consul;

    internal ConsulServer Consul { get; }
}

/// <summary>On etcd whose servers are reached by ways that can be made slow, silent or broken.</summary>
public sealed class SickEtcdLiveCluster : ExternalStoreCluster
{
    public SickEtcdLiveCluster()
        : this(new SickEtcd(TimeProvider.System))
    {
    }

    private SickEtcdLiveCluster(SickEtcd etcd)
        : base("on-sick-etcd", etcd) => Etcd = etcd;

    internal SickEtcd Etcd { get; }
}
