using Holdfast.Agent;
using Holdfast.Configuration;

namespace Holdfast.Host.Composition;

/// <summary>The certificates that a member shows to others, by the settings that name their files.</summary>
internal static class CertificateFiles
{
    public static IReadOnlyList<CertificateFile> Of(HoldfastConfiguration configuration) =>
    [
        .. Named("restapi.certfile", configuration.RestApi?.CertFile),
        .. Named("ctl.certfile", configuration.Ctl.CertFile),
        .. Named("raft.certfile", configuration.Raft?.CertFile),
        .. Named($"{configuration.Etcd?.Section}.cert", configuration.Etcd?.CertFile),
        .. Named("consul.cert", configuration.Consul?.CertFile),
        .. configuration.Router is { } router ? router.Clusters.SelectMany(OfRouter) : [],
    ];

    private static IEnumerable<CertificateFile> OfRouter(RouterClusterConfiguration cluster) =>
    [
        .. Named($"router.{cluster.Scope}.tls.certfile", cluster.Session?.Tls?.CertFile),
        .. Named($"router.{cluster.Scope}.server_tls.certfile", cluster.Session?.ServerTls.CertFile),
    ];

    private static CertificateFile[] Named(string setting, string? path) => path is { Length: > 0 } ? [new(setting, path)] : [];
}
