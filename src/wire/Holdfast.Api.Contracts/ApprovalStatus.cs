namespace Holdfast.Api.Contracts;

/// <summary>Answers <c>GET /holdfast/v1/approvals</c>: what people are asked, the newest first.</summary>
public sealed record ApprovalList
{
    public required string Scope { get; init; }

    /// <summary>automatic, manual or hybrid.</summary>
    public required string Strategy { get; init; }

    public IReadOnlyList<ApprovalStatus> Approvals { get; init; } = [];
}

/// <summary>A question to people: may this member lead?</summary>
public sealed record ApprovalStatus
{
    public required string Id { get; init; }

    /// <summary>pending, approved, rejected, withdrawn or done.</summary>
    public required string State { get; init; }

    /// <summary>The term whose leader was lost.</summary>
    public required long Term { get; init; }

    /// <summary>Who led in it.</summary>
    public string? Former { get; init; }

    public required string Reason { get; init; }

    public required string Candidate { get; init; }

    public required string Choice { get; init; }

    public IReadOnlyList<RunnerUpStatus> RunnersUp { get; init; } = [];

    public long? LagBytes { get; init; }

    public double? LagSeconds { get; init; }

    public required string WorstLoss { get; init; }

    public required DateTimeOffset AskedAt { get; init; }

    public DateTimeOffset? ExpiresAt { get; init; }

    public required int ApproversNeeded { get; init; }

    public required int Escalation { get; init; }

    public IReadOnlyList<ApprovalVoteStatus> Votes { get; init; } = [];

    public string? Outcome { get; init; }
}

public sealed record RunnerUpStatus(string Name, string Why);

/// <summary>One person's answer.</summary>
public sealed record ApprovalVoteStatus(string By, bool Approves, DateTimeOffset At, string Via, string? Comment);

/// <summary>What a person may say with an answer.</summary>
public sealed record ApprovalBody
{
    public string? Comment { get; init; }
}
