using System.Collections.Immutable;
using Holdfast.Ports.Notifications;

namespace Holdfast.Ports.Control;

/// <summary>What this member's agent has counted since it began.</summary>
public sealed record MemberFigures
{
    public static readonly MemberFigures None = new();

    public LeadershipFigures Leadership { get; init; } = new(0, 0, null);

    /// <summary>By the kind of call.</summary>
    public ImmutableArray<StoreCallFigures> StoreCalls { get; init; } = [];

    /// <summary>By the target's name.</summary>
    public ImmutableArray<TargetCounters> Notifications { get; init; } = [];

    public ImmutableArray<RuleFigures> Rules { get; init; } = [];
}

/// <summary>The changes of leader that this member has seen.</summary>
/// <param name="Elections">How often the lease was given to somebody, its last holder included.</param>
/// <param name="Changes">How often it was given to another member than before.</param>
/// <param name="Last">The last such change; null when none was seen.</param>
public sealed record LeadershipFigures(long Elections, long Changes, LeaderChange? Last)
{
    /// <summary>How long each step of the last change took, by the audit trail: every member reads the same there. Empty while it tells of none.</summary>
    public IReadOnlyList<(string Phase, TimeSpan Took)> Phases { get; init; } = [];
}

/// <summary>One change of leader as this member saw it.</summary>
/// <param name="At">When the lease was seen to be another's.</param>
/// <param name="Leaderless">For how long nobody held the lease before; zero where it was handed over.</param>
/// <param name="Promotion">From then until the new leader was seen to accept writes; null while it does not.</param>
public sealed record LeaderChange(DateTimeOffset At, TimeSpan Leaderless, TimeSpan? Promotion);

/// <summary>What the store made of one kind of call.</summary>
/// <param name="Operation">read, commit, open_session, keep_session or close_session.</param>
/// <param name="Calls">How many have ended.</param>
/// <param name="Failures">How many of those had no answer, or none in time.</param>
/// <param name="Total">How long all took.</param>
/// <param name="Last">How long the last one took.</param>
public sealed record StoreCallFigures(string Operation, long Calls, long Failures, TimeSpan Total, TimeSpan Last)
{
    /// <summary>The last one had an answer.</summary>
    public bool IsAnswered { get; init; }
}

/// <summary>How often a rule came to decide after another one.</summary>
public sealed record RuleFigures(string Concern, string Rule, long Count);
