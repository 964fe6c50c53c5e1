using System.Collections.Immutable;
using System.Net;
using Holdfast.Api.Contracts;
using Holdfast.Ports.Peers;
using Holdfast.Ports.Store;
using Holdfast.Router.Accepting;
using Holdfast.Router.Clusters;
using Holdfast.Router.Loops;
using Holdfast.Router.Relay;
using Holdfast.Router.Reporting;
using Holdfast.Router.Sessions;
using Holdfast.Router.Topology;
using Holdfast.StoreLayout;
using Microsoft.Extensions.Logging;

namespace Holdfast.Router;

/// <summary>The router: takes each client to the member with the asked-for role, for any number of clusters.</summary>
public sealed partial class RouterServer : IAsyncDisposable
{
    private readonly RouterOptions options;
    private readonly IConsensusStore store;
    private readonly IMemberHealthSource health;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly ImmutableArray<Loop> loops;
    private readonly ImmutableArray<ServedCluster> clusters;
    private readonly List<Listener> listeners = [];

    public RouterServer(RouterOptions options, IConsensusStore store, IMemberHealthSource health, TimeProvider time, ILoggerFactory loggers)
    {
        this.options = options;
        this.store = store;
        this.health = health;
        this.time = time;
        logger = loggers.CreateLogger<RouterServer>();
        loops = [.. Enumerable.Range(0, options.Threads).Select(number => new Loop(number, time, logger))];
        clusters = [.. options.Clusters.Select(Serve)];
    }

    /// <summary>Where it listens, with the ports that the system chose where port 0 was asked for; empty before it has started.</summary>
    public ImmutableArray<IPEndPoint> Addresses => [.. listeners.Select(listener => listener.Address)];

    private int Connections => clusters.Sum(cluster => cluster.Router.Connections);

    /// <summary>Begins to listen.</summary>
    /// <exception cref="IOException">An address is in use, or not this host's.</exception>
    public void Start()
    {
        OpenFileLimit.Raise(options.ConnectionsMax);
        foreach (var cluster in clusters)
        {
            Listen(cluster, cluster.Router.Options.ReadWrite, PortRole.ReadWrite);
            Listen(cluster, cluster.Router.Options.ReadOnly, PortRole.ReadOnly);
        }

        foreach (var loop in loops)
        {
            loop.Begin();
        }

        listeners.ForEach(listener => listener.Begin());
    }

    /// <summary>Keeps every cluster's table current until it is told to stop.</summary>
    public Task RunAsync(CancellationToken stopping) => Task.WhenAll(clusters.SelectMany(cluster => Run(cluster, stopping)));

    /// <summary>The operator says that the store is right, whatever was seen before.</summary>
    public void Believe()
    {
        foreach (var cluster in clusters)
        {
            cluster.Topology.Believe();
        }
    }

    /// <summary>Takes no more clients, lets those that are there finish within the limit, and cuts the rest.</summary>
    public async Task StopAsync(CancellationToken stopping)
    {
        listeners.ForEach(listener => listener.Dispose());
        Drain(isOver: false);
        var until = time.GetElapsedTime(0) + options.StopLimit;
        while (Connections > 0 && time.GetElapsedTime(0) < until && !stopping.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        LogStopped(Connections);
        Drain(isOver: true);
    }

    /// <summary>The content type of <see cref="Metrics"/>.</summary>
    public static string MetricsType => Holdfast.Api.Contracts.Metrics.MetricsText.ContentType;

    /// <summary>In Prometheus' text format.</summary>
    public string Metrics() => MetricsPage.Write(clusters);

    public RouterStatus Status() => StatusBuilder.Build(options, clusters, Connections);

    public ValueTask DisposeAsync()
    {
        listeners.ForEach(listener => listener.Dispose());
        foreach (var loop in loops)
        {
            loop.Dispose();
        }

        foreach (var cluster in clusters)
        {
            cluster.Drain?.Dispose();
            cluster.Route?.Dispose();
        }

        return ValueTask.CompletedTask;
    }

    private IEnumerable<Task> Run(ServedCluster cluster, CancellationToken stopping)
    {
        yield return cluster.Watch.FollowAsync(stopping);
        yield return cluster.Watch.AskMembersAsync(options.CheckEvery, stopping);
        yield return cluster.Watch.ResolveAsync(options.CheckEvery, stopping);
        if (cluster.Drain is { } drain)
        {
            yield return drain.RunAsync(stopping);
        }

        if (cluster.Route is { } route)
        {
            yield return route.RunAsync(stopping);
        }
    }

    private ServedCluster Serve(RouterClusterOptions cluster)
    {
        var keys = new ClusterKeys(options.Namespace, cluster.Scope);
        var router = new ClusterRouter(cluster, loops, time, logger);
        var topology = new ClusterTopology(keys, router);
        var watch = new TopologyWatch(store, keys, topology, health, time, logger);
#pragma warning disable CA2000 // They are disposed with the router.
        var route = options.IsInsideAgent || cluster.Sessions is not null ? new RouteReporter(store, router, topology, keys, options.Name, logger) : null;
        return cluster.Sessions is { } sessions
            ? new(router, topology, watch, new(sessions, logger), new(store, router, keys, options.Name, sessions.SwitchoverBudget, time, logger), route)
            : new(router, topology, watch, null, null, route);
#pragma warning restore CA2000
    }

    private void Listen(ServedCluster cluster, ImmutableArray<IPEndPoint> addresses, PortRole role)
    {
        foreach (var address in addresses)
        {
            try
            {
                listeners.Add(new(address, cluster.Router, Handler(cluster, role), () => Connections < options.ConnectionsMax, logger));
            }
            catch (System.Net.Sockets.SocketException exception)
            {
                throw new IOException($"cluster {cluster.Router.Options.Scope}: cannot listen on {address}: {exception.Message}", exception);
            }

            LogListening(cluster.Router.Options.Scope, role == PortRole.ReadWrite ? "writes" : "reads", listeners[^1].Address);
        }
    }

    private static Listener.ServeConnection Handler(ServedCluster cluster, PortRole role) => cluster.Sessions is { } sessions
        ? (part, client) => sessions.ServeAsync(part, role, client)
        : (part, client) => RelayedConnection.ServeAsync(part, role, client);

    private void Drain(bool isOver)
    {
        foreach (var part in clusters.SelectMany(cluster => cluster.Router.Parts))
        {
            part.Loop.Post(() => part.Drain(isOver));
        }
    }

    [LoggerMessage(3900, LogLevel.Information, "Cluster {Scope}: {Kind} are taken on {Address}")]
    private partial void LogListening(string scope, string kind, IPEndPoint address);

    [LoggerMessage(3902, LogLevel.Information, "The router has ended; {Connections} connections were cut")]
    private partial void LogStopped(int connections);
}

/// <summary>One cluster and what keeps its table current.</summary>
internal sealed record ServedCluster(ClusterRouter Router, ClusterTopology Topology, TopologyWatch Watch, PostgreSqlSessions? Sessions, DrainReporter? Drain, RouteReporter? Route);
