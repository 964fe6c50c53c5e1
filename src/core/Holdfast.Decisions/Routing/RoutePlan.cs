using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Decisions.Routing;

/// <summary>Where the connections of one cluster go.</summary>
/// <param name="Term">The term that this was decided in: routers refuse to go by an older one.</param>
/// <param name="Leader">Who holds the lease; null for nobody.</param>
/// <param name="Primary">Who takes writes; null for nobody, for the reason given.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="DrainsFor">A switchover begins: open transactions end, and nothing new begins until it is over. Null otherwise.</param>
/// <param name="Members">Every member, with its part.</param>
public sealed record RoutePlan(
    Term Term,
    MemberName? Leader,
    MemberName? Primary,
    string Reason,
    Revision? DrainsFor,
    ImmutableArray<MemberRoute> Members)
{
    public static readonly RoutePlan Unknown = new(Term.None, null, null, "the store has not been read yet", null, []);

    /// <summary>
    /// Whether a connection that was made to a member as a primary of a term must end: others lead since, and it takes writes beside them no more, or the
    /// member itself says that it accepts none.
    /// </summary>
    public bool MustCut(MemberName member, Term term)
    {
        var route = Members.FirstOrDefault(route => route.Name == member);
        return route is { Role: DatabaseRole.Replica }
            || (Leader is { } leader && leader != member && route is not { KeepsWriters: true } && (Term > term || Primary is not null));
    }
}

/// <summary>One member's part in the plan.</summary>
/// <param name="Name">The member.</param>
/// <param name="Role">What it says of its database.</param>
/// <param name="TakesWrites">New connections to the read-write port may go there: it is the primary, or one of many.</param>
/// <param name="KeepsWriters">Connections that were made there for writes may go on, though it may take no new ones now.</param>
/// <param name="TakesReads">New connections to the read-only port may go there.</param>
/// <param name="Reason">Why, or why not.</param>
/// <param name="LagBytes">How far it is behind, in bytes; null when that is not known.</param>
/// <param name="Lag">How far it is behind, in time; null when that is not known.</param>
public sealed record MemberRoute(MemberName Name, DatabaseRole Role, bool TakesWrites, bool KeepsWriters, bool TakesReads, string Reason, long? LagBytes, TimeSpan? Lag);
