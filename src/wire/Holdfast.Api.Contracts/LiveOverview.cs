namespace Holdfast.Api.Contracts;

/// <summary>What every event of <c>GET /holdfast/v1/events</c> carries: all that a page needs to show the cluster.</summary>
public sealed record LiveOverview
{
    /// <summary>The member's clock, so that a reader can count down by it.</summary>
    public required DateTimeOffset At { get; init; }

    public required VerdictStatus Verdict { get; init; }

    /// <summary>What a change needs: <c>password</c> (or a token), <c>certificate</c>, <c>token</c> or <c>name</c>.</summary>
    public required string SignIn { get; init; }

    public required ClusterOverview Cluster { get; init; }

    /// <summary>Members that were heard of lately and are gone.</summary>
    public required IReadOnlyList<MissingMember> Missing { get; init; }

    public required ApprovalList Approvals { get; init; }

    /// <summary>What fires, and what holds and does not fire yet; the worst first.</summary>
    public required IReadOnlyList<AlertStatus> Alerts { get; init; }

    /// <summary>Those that hold now.</summary>
    public required IReadOnlyList<AlertSilenceStatus> Silences { get; init; }

    /// <summary>What clients meet at each member that has a probe and was ever served.</summary>
    public required IReadOnlyList<MemberProbe> Probes { get; init; }

    public required HoldfastStatus Status { get; init; }

    /// <summary>This member's last decisions, oldest first.</summary>
    public required IReadOnlyList<DecisionEntry> Decisions { get; init; }
}

/// <summary>How the cluster is, in one sentence.</summary>
/// <param name="Level">well, attention or trouble.</param>
/// <param name="Sentence">What is the case.</param>
/// <param name="Ask">What is asked of people; absent for nothing.</param>
public sealed record VerdictStatus(string Level, string Sentence, string? Ask);

/// <summary>What the clients of one member's router meet; of other members as the store has it, which is up to one <c>loop_wait</c> old.</summary>
public sealed record MemberProbe
{
    public required string Member { get; init; }

    /// <summary>The middle one of the last ten seconds' acknowledged writes; absent where there was none.</summary>
    public double? WriteMedianSeconds { get; init; }

    public double? WriteSlowestSeconds { get; init; }

    /// <summary>The one that goes on, or the last one; absent when there was none since the agent began.</summary>
    public OutageStatus? LastOutage { get; init; }

    /// <summary>Of the measured time in thirty days, from 0 to 1.</summary>
    public double? Availability { get; init; }

    /// <summary>Of the error budget of thirty days; below 0 when it is overdrawn.</summary>
    public double? BudgetLeft { get; init; }
}

public sealed record MissingMember(string Name, int SecondsAgo);
