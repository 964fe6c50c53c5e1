using System.Collections.Immutable;
using Holdfast.Configuration.Yaml;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the section <c>router</c>: what holds for all clusters, and the clusters.</summary>
internal static class RouterReader
{
    private const int ApiPortDefault = 8009;
    private const int ConnectionsLimit = 1_000_000;
    private const int ClusterConnectionsDefault = 10_000;

    private static readonly RouterConfiguration Initial = new() { Clusters = [] };

    /// <summary>Its clusters have names of their own, so the file needs no scope.</summary>
    public static bool NamesClusters(Section root) => (root.Node("router") as ConfigNode.Mapping)?.Find("clusters") is not null;

    public static RouterConfiguration? Read(Section root, ConfigurationPurpose purpose, string? scope, ListenPorts ports)
    {
        // A command line has no use for it, so a mistake in it must not stop one.
        if (root.Node("router") is null || purpose == ConfigurationPurpose.CommandLine)
        {
            RequireSection(root, purpose);
            return null;
        }

        var section = root.Inner("router");
        if (!section.IsPresent)
        {
            return null;
        }

        var router = new RouterConfiguration
        {
            Api = section.Listen("api", ApiPortDefault) ?? Initial.Api,
            Threads = (int?)section.Amount("threads", Quantities.Plain, 1, 64),
            ConnectionsMax = ReadConnectionsMax(section) ?? Initial.ConnectionsMax,
            CheckInterval = section.Duration("check_interval", 0.1m, 60) ?? Initial.CheckInterval,
            StopTimeout = section.Duration("stop_timeout", 0, 3600) ?? Initial.StopTimeout,
            Clusters = [],
        };
        if (purpose == ConfigurationPurpose.Router)
        {
            ports.Take(section, "api", router.Api);
        }

        router = router with { Clusters = ReadClusters(section, scope, ports, router.ConnectionsMax) };
        section.RefuseUnknown();
        return router;
    }

    private static void RequireSection(Section root, ConfigurationPurpose purpose)
    {
        if (purpose == ConfigurationPurpose.Router)
        {
            root.Missing("router", "{read_write: 10.0.0.1:5000, read_only: 10.0.0.1:5001}");
        }
    }

    private static int? ReadConnectionsMax(Section section) =>
        (int?)section.Amount("max_connections", Quantities.Plain, 1, ConnectionsLimit);

    private static ImmutableArray<RouterClusterConfiguration> ReadClusters(Section section, string? scope, ListenPorts ports, int connectionsMax)
    {
        if (section.Node("clusters") is null)
        {
            return [ReadCluster(section, scope ?? "", ports, null) with { ConnectionsMax = connectionsMax }];
        }

        RefuseBesideClusters(section);
        var password = section.Text("auth_password");
        var clusters = section.Inner("clusters");
        if (clusters.IsPresent && !clusters.Entries.Any())
        {
            section.Error("clusters", "names no cluster; write for example 'demo: {read_write: 10.0.0.1:5000}' below it");
        }

        return [.. clusters.Entries.Select(entry => ReadNamedCluster(clusters, entry.Key, ports, password, connectionsMax))];
    }

    private static RouterClusterConfiguration ReadNamedCluster(Section clusters, string scope, ListenPorts ports, string? password, int connectionsMax)
    {
        Names.Check(clusters, scope, scope);
        var section = clusters.Inner(scope);
        var cluster = ReadCluster(section, scope, ports, password) with
        {
            ConnectionsMax = ReadConnectionsMax(section) ?? Math.Min(ClusterConnectionsDefault, connectionsMax),
        };
        section.RefuseUnknown();
        return cluster;
    }

    private static RouterClusterConfiguration ReadCluster(Section section, string scope, ListenPorts ports, string? password)
    {
        var cluster = RouterClusterReader.Read(section, scope, password);
        ports.Take(section, "read_write", cluster.ReadWrite);
        if (cluster.ReadOnly is { } readOnly)
        {
            ports.Take(section, "read_only", readOnly);
        }

        return cluster;
    }

    private static void RefuseBesideClusters(Section section)
    {
        foreach (var key in RouterClusterReader.Keys.Where(key => section.Node(key) is not null))
        {
            section.Error(key, "is a setting of one cluster: write it below the cluster's scope in clusters");
        }
    }
}
