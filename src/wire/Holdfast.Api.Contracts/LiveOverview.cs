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

    public required HoldfastStatus Status { get; init; }

    /// <summary>This member's last decisions, oldest first.</summary>
    public required IReadOnlyList<DecisionEntry> Decisions { get; init; }
}

/// <summary>How the cluster is, in one sentence.</summary>
/// <param name="Level">well, attention or trouble.</param>
/// <param name="Sentence">What is the case.</param>
/// <param name="Ask">What is asked of people; absent for nothing.</param>
public sealed record VerdictStatus(string Level, string Sentence, string? Ask);

public sealed record MissingMember(string Name, int SecondsAgo);
