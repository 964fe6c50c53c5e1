using System.Collections.Immutable;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Router.Clusters;

namespace Holdfast.Router.Reporting;

/// <summary>The router in Prometheus' text format.</summary>
internal static class MetricsPage
{
    public static string Write(ImmutableArray<ServedCluster> clusters)
    {
        var list = new MetricList();
        Clusters(list, clusters);
        Counters(list, clusters);
        Members(list, clusters);
        return MetricsText.Write(list);
    }

    private static void Clusters(MetricList list, ImmutableArray<ServedCluster> clusters)
    {
        MetricSample[] Each(Func<ServedCluster, double> value) => [.. clusters.Select(cluster => new MetricSample("scope", ScopeOf(cluster), value(cluster)))];
        list.Gauge("holdfast_router_connections", "Clients' connections now.", Each(cluster => cluster.Router.Connections));
        list.Gauge("holdfast_router_connections_limit", "Clients' connections allowed.", Each(cluster => cluster.Router.Options.ConnectionsMax));
        list.Gauge("holdfast_router_held", "Connections that wait for a primary now.", Each(cluster => cluster.Router.HeldNow));
        list.Gauge("holdfast_router_term", "The term that connections go by.", Each(cluster => cluster.Topology.Plan.Term.Number));
        list.Gauge("holdfast_router_has_primary", "Value is 1 if writes go somewhere, 0 otherwise.", Each(cluster => cluster.Router.Table.Primary is null ? 0 : 1));
        list.Gauge("holdfast_router_hold_seconds_max", "The longest that a connection has waited for a primary.", Each(cluster => cluster.Router.Parts.Max(part => part.Traffic.HeldSecondsMax)));
        list.Gauge("holdfast_router_route_seconds", "From the last change of leader, as the router saw it, to the first byte from the new primary.", Each(cluster => cluster.Router.LastRouteTime.TotalSeconds));
    }

    private static void Counters(MetricList list, ImmutableArray<ServedCluster> clusters)
    {
        MetricSample[] Each(Func<Traffic, double> value) => [.. clusters.Select(cluster => new MetricSample("scope", ScopeOf(cluster), cluster.Router.Parts.Sum(part => value(part.Traffic))))];
        list.Counter("holdfast_router_accepted_total", "Clients' connections that were accepted.", Each(traffic => traffic.Accepted));
        list.Counter("holdfast_router_connected_total", "Connections that were made to members.", Each(traffic => traffic.Connected));
        list.Counter("holdfast_router_refused_total", "Clients that were told that they cannot be served.", Each(traffic => traffic.Refused));
        list.Counter("holdfast_router_cut_total", "Connections that were ended since their member leads no more.", Each(traffic => traffic.Cut));
        list.Counter("holdfast_router_held_total", "Connections that had to wait for a primary.", Each(traffic => traffic.Held));
        list.Counter("holdfast_router_hold_seconds_total", "How long connections have waited for a primary, summed up.", Each(traffic => traffic.HeldSeconds));
        list.Counter("holdfast_router_moved_total", "Sessions that went on at another member.", Each(traffic => traffic.Moved));
        list.Counter("holdfast_router_not_moved_total", "Sessions that could not go on at another member.", Each(traffic => traffic.NotMoved));
        list.Counter("holdfast_router_bytes_total", "Bytes that were passed on.", [.. clusters.SelectMany(Bytes)]);
    }

    private static void Members(MetricList list, ImmutableArray<ServedCluster> clusters)
    {
        var members = clusters
            .SelectMany(cluster => cluster.Topology.Plan.Members.Select(member => (cluster, member, target: cluster.Topology.Target(member.Name))))
            .Where(entry => entry.target is not null)
            .ToArray();
        MetricSample[] Each(Func<(ServedCluster Cluster, Decisions.Routing.MemberRoute Member, Target Target), double?> value) =>
        [
            .. from entry in members
               let figure = value((entry.cluster, entry.member, entry.target!))
               where figure is not null
               select new MetricSample(figure.Value, new("scope", ScopeOf(entry.cluster)), new("member", entry.member.Name.Text)),
        ];
        list.Gauge("holdfast_router_member_connections", "Connections to the member.", Each(entry => entry.Target.Connections));
        list.Counter("holdfast_router_member_failures_total", "Connections to the member that could not be made.", Each(entry => entry.Target.Failures));
        list.Gauge("holdfast_router_member_connect_seconds", "How long a connection to the member takes to make, a moving average.", Each(entry => entry.Target.ConnectMs / 1000));
        list.Gauge("holdfast_router_member_takes_reads", "Value is 1 if reads go to the member, 0 otherwise.", Each(entry => entry.Member.TakesReads ? 1 : 0));
        list.Gauge("holdfast_router_member_lag_bytes", "How far the member is behind the primary's log.", Each(entry => entry.Member.LagBytes));
        list.Gauge("holdfast_router_member_lag_seconds", "How long ago the member had replayed everything.", Each(entry => entry.Member.Lag?.TotalSeconds));
        list.Gauge("holdfast_router_breaker_state", "Of the member's circuit breaker: 0 closed, 1 half-open, 2 open.", Each(entry => entry.Target.Breaker.State(entry.Cluster.Router.Now) switch { "closed" => 0, "half-open" => 1, _ => 2 }));
    }

    private static IEnumerable<MetricSample> Bytes(ServedCluster cluster) =>
    [
        new(cluster.Router.Parts.Sum(part => part.Traffic.ToMembers.Total), new("scope", ScopeOf(cluster)), new("direction", "to_member")),
        new(cluster.Router.Parts.Sum(part => part.Traffic.ToClients.Total), new("scope", ScopeOf(cluster)), new("direction", "to_client")),
    ];

    private static string ScopeOf(ServedCluster cluster) => cluster.Router.Options.Scope;
}
