using System.Collections.Immutable;
using Holdfast.Decisions.Routing;

namespace Holdfast.Router.Clusters;

/// <summary>A plan with the members it speaks of: what every loop routes by until the next one is published.</summary>
/// <param name="Plan">What was decided.</param>
/// <param name="Primary">The holder of the lease, while it takes writes; null for nobody.</param>
/// <param name="Writers">Take writes: the primary, and those that accept them beside it.</param>
/// <param name="Readers">Take reads.</param>
/// <param name="Number">Grows with every table.</param>
internal sealed record RouteTable(RoutePlan Plan, Target? Primary, ImmutableArray<Destination> Writers, ImmutableArray<Destination> Readers, long Number)
{
    public static readonly RouteTable Empty = new(RoutePlan.Unknown, null, [], [], 0);

    public bool TakesWrites(Target target) => Writers.Any(writer => writer.Target == target);
}

/// <param name="Target">The member.</param>
/// <param name="IsNear">It is in the preferred zone, or there is none.</param>
internal sealed record Destination(Target Target, bool IsNear);

/// <summary>What a port promises its clients.</summary>
internal enum PortRole
{
    ReadWrite,
    ReadOnly,
}
