using System.Collections.Immutable;

namespace Holdfast.Model;

/// <summary>Everything a router knows of one cluster at one moment: where it may take connections is a pure function of this record.</summary>
public sealed record RoutingView
{
    public required RoutingPolicy Policy { get; init; }

    /// <summary>The greatest term that this router has routed by.</summary>
    public Term SeenTerm { get; init; } = Term.None;

    public LeaderLease? Lease { get; init; }

    public ImmutableArray<RoutedMember> Members { get; init; } = [];

    /// <summary>The store does not answer: the rest is what it said last, and the members themselves are asked who leads.</summary>
    public bool IsStoreLost { get; init; }

    public RoutedMember? Member(MemberName name) => Members.FirstOrDefault(member => member.Report.Name == name);
}

/// <summary>What an operator wants of reads.</summary>
public sealed record RoutingPolicy
{
    /// <summary>A replica further behind takes no reads; zero for any.</summary>
    public long MaxLagBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>A replica that replayed its last commit so long ago, and has more to replay, takes no reads; zero for any.</summary>
    public TimeSpan MaxLag { get; init; } = TimeSpan.FromSeconds(30);
}

/// <summary>One member: what the store says of it, and what its own REST interface says.</summary>
public sealed record RoutedMember(MemberReport Report, MemberHealth? Health);

/// <summary>What a member's REST interface last said; null in place of this when it has said nothing lately.</summary>
/// <param name="Role">What its database is.</param>
/// <param name="Timeline">The timeline of its database.</param>
/// <param name="LagBytes">How far its replay is behind the primary's log; null for the primary, or while that is not known.</param>
/// <param name="Lag">How long ago it had replayed everything; null for the primary, or while that is not known.</param>
public sealed record MemberHealth(DatabaseRole Role, Timeline? Timeline, long? LagBytes, TimeSpan? Lag);
