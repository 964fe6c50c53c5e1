using Holdfast.Configuration;
using Holdfast.Ports.Store;
using Holdfast.Stores.Consul;
using Holdfast.Stores.Etcd;
using Holdfast.Stores.Kubernetes;
using Holdfast.Stores.Raft;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words to a store: the one place that knows them all.</summary>
internal static class Stores
{
    /// <summary>The store as an agent uses it, for as long as it runs.</summary>
    /// <exception cref="StartRefusedException">The operator must mend something first.</exception>
    public static async Task<IConsensusStore> OpenAsync(HoldfastConfiguration configuration, string dataDirectory, ILoggerFactory loggers) => configuration switch
    {
        { Raft: { } raft } => await Parts.StartStoreAsync(StoreOptions.Of(raft, dataDirectory + ".raft"), loggers),
#pragma warning disable CA2000 // The caller owns it.
        { Etcd: { } etcd } => OpenEtcd(etcd, loggers),
        { Consul: { } consul } => OpenConsul(consul, loggers),
        { Kubernetes: { } kubernetes } => OpenKubernetes(configuration, kubernetes, loggers),
#pragma warning restore CA2000
        _ => throw new StartRefusedException("no store is configured: name one, such as raft (self_addr, partner_addrs, data_dir, password)", null),
    };

    /// <summary>The store as one uses it who is no member: a command line, a router; null when none is configured.</summary>
    public static IConsensusStore? OpenClient(HoldfastConfiguration configuration, ILoggerFactory loggers) => configuration switch
    {
        { Raft: { } raft } => new RaftStoreClient(
            new RaftClientOptions
            {
                Addresses = [.. raft.ClientAddresses.Select(address => address.ToString())],
                Password = raft.Password,
                Tls = StoreOptions.Tls(raft),
            },
            HostClock.Time),
        { Etcd: { } etcd } => OpenEtcd(etcd, loggers),
        { Consul: { } consul } => OpenConsul(consul, loggers),
        { Kubernetes: { } kubernetes } => OpenKubernetes(configuration, kubernetes, loggers),
        _ => null,
    };

    /// <summary>The store runs apart from the members, so losing it need not mean losing them.</summary>
    public static bool IsExternal(HoldfastConfiguration configuration) => configuration.Raft is null;

    /// <summary>Nothing is sent yet: a store that is away is waited for.</summary>
    private static EtcdStore OpenEtcd(EtcdConfiguration etcd, ILoggerFactory loggers)
    {
        var options = new EtcdStoreOptions
        {
            Endpoints = [.. etcd.Hosts.Select(host => new Uri($"{(etcd.UsesTls ? "https" : "http")}://{host}"))],
            Discovery = etcd.Discovery is { } discovery ? new EtcdDiscovery(discovery.Domain, discovery.Suffix) : null,
            InsistsOnTls = etcd.UsesTls,
            Username = etcd.Username,
            Password = etcd.Password,
            CaFile = etcd.CaFile,
            CertFile = etcd.CertFile,
            KeyFile = etcd.KeyFile,
            Section = etcd.Section,
        };
        return Open(etcd.Section, () => new EtcdStore(options, HostClock.Time, loggers.CreateLogger<EtcdStore>()));
    }

    private static ConsulStore OpenConsul(ConsulConfiguration consul, ILoggerFactory loggers)
    {
        var options = new ConsulStoreOptions
        {
            Endpoints = [.. consul.Hosts.Select(host => new Uri($"{(consul.UsesTls ? "https" : "http")}://{host}"))],
            Token = consul.Token,
            Datacenter = consul.Datacenter,
            CaFile = consul.CaFile,
            CertFile = consul.CertFile,
            KeyFile = consul.KeyFile,
            VerifiesServer = consul.VerifiesServer,
        };
        return Open("consul", () => new ConsulStore(options, HostClock.Time, loggers.CreateLogger<ConsulStore>()));
    }

    private static KubernetesStore OpenKubernetes(HoldfastConfiguration configuration, KubernetesConfiguration kubernetes, ILoggerFactory loggers)
    {
        var options = KubernetesOptions.Of(configuration, kubernetes, Environment.GetEnvironmentVariable);
        return Open("kubernetes", () => new KubernetesStore(options, HostClock.Time, loggers.CreateLogger<KubernetesStore>()));
    }

    private static T Open<T>(string section, Func<T> open)
    {
        try
        {
            return open();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or System.Security.Cryptography.CryptographicException)
        {
            throw new StartRefusedException($"what the section {section} names cannot be used: {exception.Message}", exception);
        }
    }
}
