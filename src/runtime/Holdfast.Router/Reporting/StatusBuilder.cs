using System.Collections.Immutable;
using Holdfast.Api.Contracts;
using Holdfast.Decisions.Routing;

namespace Holdfast.Router.Reporting;

/// <summary>From the tables to what people are shown.</summary>
internal static class StatusBuilder
{
    public static RouterStatus Build(RouterOptions options, ImmutableArray<ServedCluster> clusters, int connections) => new()
    {
        Version = options.Version,
        Connections = connections,
        ConnectionsMax = options.ConnectionsMax,
        Clusters = [.. clusters.Select(Cluster)],
    };

    private static RoutedClusterStatus Cluster(ServedCluster served)
    {
        var (router, plan) = (served.Router, served.Topology.Plan);
        return new()
        {
            Scope = router.Options.Scope,
            Mode = router.Options.Sessions is null ? "tcp" : "session",
            ReadWrite = [.. router.Options.ReadWrite.Select(address => address.ToString())],
            ReadOnly = [.. router.Options.ReadOnly.Select(address => address.ToString())],
            Term = plan.Term.Number,
            Primary = router.Table.Primary?.Name.Text,
            Reason = plan.Reason,
            Connections = router.Connections,
            Held = router.HeldNow,
            LastRouteMs = router.LastRouteTime > TimeSpan.Zero ? router.LastRouteTime.TotalMilliseconds : null,
            Members = [.. plan.Members.Select(member => Member(served, member))],
        };
    }

    private static RoutedMemberStatus Member(ServedCluster served, MemberRoute route)
    {
        var target = served.Topology.Target(route.Name);
        return new()
        {
            Name = route.Name.Text,
            Address = target is { Addresses: [var first, ..] } ? first.ToString() : "unknown",
            Role = route.Role.ToString().ToLowerInvariant(),
            TakesWrites = target is not null && served.Router.Table.TakesWrites(target),
            TakesReads = route.TakesReads,
            Reason = route.Reason,
            Connections = target?.Connections ?? 0,
            Breaker = target?.Breaker.State(served.Router.Now) ?? "closed",
            LagBytes = route.LagBytes,
            LagSeconds = route.Lag?.TotalSeconds,
            ConnectMs = target?.ConnectMs ?? 0,
        };
    }
}
