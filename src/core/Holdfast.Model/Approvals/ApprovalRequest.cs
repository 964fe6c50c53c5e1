using System.Collections.Immutable;
using System.Globalization;

namespace Holdfast.Model.Approvals;

/// <summary>A question to people: may this member lead, now that nobody does? It is an object in the store, answered once.</summary>
public sealed record ApprovalRequest
{
    /// <summary>The lost term and a number that grows with every request for it: <c>1042-1</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The number in <see cref="Id"/>, from 1; 0 when it has none.</summary>
    public int Number => int.TryParse(Id.AsSpan(Id.IndexOf('-', StringComparison.Ordinal) + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public required ApprovalState State { get; init; }

    /// <summary>The term whose leader was lost: once there is a later one, an answer means nothing.</summary>
    public required Term LostTerm { get; init; }

    /// <summary>Who led in that term; null when that is not known.</summary>
    public MemberName? Former { get; init; }

    /// <summary>What happened, in words.</summary>
    public required string Reason { get; init; }

    public required MemberName Candidate { get; init; }

    /// <summary>Why this one, in words.</summary>
    public required string Choice { get; init; }

    public ImmutableArray<RunnerUp> RunnersUp { get; init; } = [];

    /// <summary>How far the candidate is behind the last position that the lost leader published; null when that is not known.</summary>
    public long? LagBytes { get; init; }

    /// <summary>How long ago the newest transaction was committed that the candidate has; null when that is not known.</summary>
    public TimeSpan? Lag { get; init; }

    /// <summary>What would be lost at worst, in words.</summary>
    public required string WorstLoss { get; init; }

    public required DateTimeOffset AskedAt { get; init; }

    /// <summary>Null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many people must approve.</summary>
    public int ApproversNeeded { get; init; } = 1;

    /// <summary>How often it was asked without an answer before.</summary>
    public int Escalation { get; init; }

    public ImmutableArray<ApprovalVote> Votes { get; init; } = [];

    /// <summary>Why it is closed, in words; null while it is open.</summary>
    public string? Outcome { get; init; }

    /// <summary>Null until it is written.</summary>
    public LinkKey? LinkKey { get; init; }

    /// <summary>Of the key; what a change of it is conditional on.</summary>
    public Revision Revision { get; init; } = Revision.Absent;

    public bool IsOpen => State is ApprovalState.Pending or ApprovalState.Approved;

    public bool IsExpired(DateTimeOffset now) => State == ApprovalState.Pending && ExpiresAt <= now;

    public bool Equals(ApprovalRequest? other) => other is not null && Id == other.Id && State == other.State && Revision == other.Revision && Votes.SequenceEqual(other.Votes);

    public override int GetHashCode() => HashCode.Combine(Id, State, Revision);
}

public enum ApprovalState
{
    Pending,

    /// <summary>The candidate may lead.</summary>
    Approved,
    Rejected,

    /// <summary>There is nothing to decide any more: the lost leader is back, or an operator chose otherwise.</summary>
    Withdrawn,

    /// <summary>The candidate leads.</summary>
    Done,
}

/// <summary>Another member that could lead, and why it is not the candidate.</summary>
public sealed record RunnerUp(MemberName Name, string Why);

/// <summary>One person's answer.</summary>
/// <param name="By">Who, by the name that was proven.</param>
/// <param name="IsApproval">Yes or no.</param>
/// <param name="At">When.</param>
/// <param name="Via">By what way: <c>rest</c>, <c>link</c>, <c>dashboard</c>.</param>
/// <param name="Comment">In the person's own words; null for none.</param>
public sealed record ApprovalVote(string By, bool IsApproval, DateTimeOffset At, string Via, string? Comment);

/// <summary>Who led last, and in which term: written by each leader, and kept when it is gone.</summary>
public sealed record LeaderRecord(MemberName Name, Term Term);
