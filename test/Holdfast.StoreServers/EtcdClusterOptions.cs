using System.Collections.Immutable;

namespace Holdfast.StoreServers;

/// <summary>What kind of etcd cluster is wanted.</summary>
public sealed record EtcdClusterOptions
{
    public required int Servers { get; init; }

    public EtcdBinaries Binaries { get; init; } = EtcdBinaries.Default;

    /// <summary>http or https, for the clients.</summary>
    public string Scheme { get; init; } = "http";

    /// <summary>Further arguments for every server.</summary>
    public ImmutableArray<string> Arguments { get; init; } = [];

    /// <summary>Ports that lead to the servers' peer ports and are given to the other servers in their place; by default the peer ports themselves.</summary>
    public Func<IReadOnlyList<int>, IReadOnlyList<int>> PeersReachedBy { get; init; } = static ports => ports;

    /// <summary>One server that speaks TLS and wants to see a certificate.</summary>
    public static EtcdClusterOptions WithTls(string certificate, string key, string authority) => new()
    {
        Servers = 1,
        Scheme = "https",
        Arguments = ["--cert-file", certificate, "--key-file", key, "--client-cert-auth", "--trusted-ca-file", authority],
    };
}
