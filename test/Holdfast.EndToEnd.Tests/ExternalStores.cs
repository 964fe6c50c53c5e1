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

public sealed class ConsulLiveCluster() : ExternalStoreCluster("on-consul", new ConsulServer(Program, TimeProvider.System))
{
    /// <summary>Unpacked beside the built projects, unless it is said to be elsewhere.</summary>
    private static string Program { get; } =
        Environment.GetEnvironmentVariable("HOLDFAST_CONSUL")
        ?? Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "../../../consul/root/usr/bin/consul"));
}
