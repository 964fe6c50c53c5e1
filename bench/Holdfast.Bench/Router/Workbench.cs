using Holdfast.Bench.Reporting;
using Holdfast.Bench.Router.Proxies;
using Holdfast.Bench.Router.Tools;

namespace Holdfast.Bench.Router;

/// <summary>What every part works with.</summary>
/// <param name="Program">Holdfast's executable.</param>
/// <param name="Figures">Where the samples go.</param>
/// <param name="Say">Told a sentence before each step.</param>
/// <param name="Time">The clock.</param>
internal sealed record Workbench(IReadOnlyList<string> Program, Figures Figures, Action<string> Say, TimeProvider Time)
{
    private const int ThreadsUsual = 2;

    public Task<ProxyProcess> StartAsync(IProxySoftware software, CancellationToken stopping) => ProxyProcess.StartAsync(software, Time, stopping);

    public HoldfastRouter Tcp(StaticCluster cluster) => Tcp(cluster, "tcp", ThreadsUsual);

    public HoldfastRouter TcpWithOneThread(StaticCluster cluster) => Tcp(cluster, "tcp_1t", 1);

    public HoldfastRouter Session(StaticCluster cluster) => new(
        "session", Program, cluster.Etcd.Section, ThreadsUsual, [RoutedCluster.Of(StaticCluster.Scope) with { SessionPassword = StaticCluster.Password }]);

    public static HaProxy HaProxy(StaticCluster cluster) => HaProxy(cluster, "haproxy", ThreadsUsual);

    public static HaProxy HaProxyWithOneThread(StaticCluster cluster) => HaProxy(cluster, "haproxy_1t", 1);

    public static HaProxy HaProxyThatSplices(StaticCluster cluster) =>
        new("haproxy_splice", ThreadsUsual, [new("primary", cluster.Server.Port, null)]) { IsSplicing = true };

    public static PgBouncer PgBouncer(StaticCluster cluster) => new(cluster.Server.Port, StaticCluster.Password);

    private HoldfastRouter Tcp(StaticCluster cluster, string name, int threads) =>
        new(name, Program, cluster.Etcd.Section, threads, [RoutedCluster.Of(StaticCluster.Scope)]);

    private static HaProxy HaProxy(StaticCluster cluster, string name, int threads) =>
        new(name, threads, [new("primary", cluster.Server.Port, null)]);
}
