using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Holdfast.Configuration;
using Holdfast.Decisions.Routing;
using Holdfast.Model;
using Holdfast.Router;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words to the router's options.</summary>
internal static class RoutingOptions
{
    private const int ThreadsUsual = 4;

    public static RouterOptions Of(HoldfastConfiguration configuration, RouterPlace place, ILoggerFactory loggers)
    {
        var router = configuration.Router!;
        return new RouterOptions
        {
            Namespace = configuration.Namespace,
            Version = Product.Version,
            Name = $"{Environment.MachineName}-{Environment.ProcessId}",
            IsInsideAgent = place == RouterPlace.InsideAgent,
            Threads = router.Threads ?? Math.Min(Environment.ProcessorCount, ThreadsUsual),
            ConnectionsMax = router.ConnectionsMax,
            CheckEvery = router.CheckInterval,
            StopLimit = router.StopTimeout,
            Clusters = [.. router.Clusters.Select(cluster => Cluster(cluster, loggers))],
        };
    }

    /// <exception cref="StartRefusedException">A host's name is not known here.</exception>
    public static ImmutableArray<IPEndPoint> EndPoints(ListenAddress? listen) =>
        listen is null ? [] : [.. listen.Hosts.SelectMany(Resolve).Select(address => new IPEndPoint(address, listen.Port)).Distinct()];

    private static RouterClusterOptions Cluster(RouterClusterConfiguration cluster, ILoggerFactory loggers) => new()
    {
        Scope = cluster.Scope,
        ReadWrite = EndPoints(cluster.ReadWrite),
        ReadOnly = EndPoints(cluster.ReadOnly),
        Routing = new RoutingPolicy { MaxLagBytes = cluster.Reads.LagBytesMax ?? 0, MaxLag = cluster.Reads.LagTimeMax ?? TimeSpan.Zero },
        Breaker = new BreakerPolicy(cluster.Breaker.Failures, cluster.Breaker.OpenFor, cluster.Breaker.OpenForMax, cluster.Breaker.LatencyFactor ?? 0),
        Balance = cluster.Reads.Balance == RouterBalance.RoundRobin ? ReadBalance.RoundRobin : ReadBalance.LeastConnections,
        ReadsFallBackToPrimary = cluster.Reads.Fallback == RouterReadFallback.Primary,
        Zone = cluster.Reads.Zone,
        SlowStart = cluster.Reads.SlowStart,
        HoldLimit = cluster.HoldTimeout,
        HeldMax = cluster.HeldMax,
        ConnectionsMax = cluster.ConnectionsMax,
        ConnectLimit = cluster.ConnectTimeout,
        IdleLimit = cluster.IdleTimeout,
        StartupLimit = cluster.StartupTimeout,
        ProxyTrusted = cluster.AcceptsProxyFrom,
        SendsProxy = cluster.SendsProxy,
        Sessions = SessionParts.Of(cluster, loggers),
    };

    private static IEnumerable<IPAddress> Resolve(string host)
    {
        if (host is "*" or "")
        {
            return [Socket.OSSupportsIPv6 ? IPAddress.IPv6Any : IPAddress.Any];
        }

        if (IPAddress.TryParse(host, out var address))
        {
            return [address];
        }

        try
        {
            return Dns.GetHostAddresses(host);
        }
        catch (SocketException exception)
        {
            throw new StartRefusedException($"router: the address {host} cannot be resolved: {exception.Message}", exception);
        }
    }
}
