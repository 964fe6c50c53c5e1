namespace Holdfast.Stores.Raft.Consensus;

internal enum MessageKind : byte
{
    PreVote = 1,
    PreVoteAnswer = 2,
    Vote = 3,
    VoteAnswer = 4,
    Append = 5,
    AppendAnswer = 6,
    Heartbeat = 7,
    HeartbeatAnswer = 8,

    /// <summary>Tells a follower at once how far it may apply; needs no answer.</summary>
    CommitNotice = 9,
    InstallSnapshot = 10,

    /// <summary>The leader asks the receiver to take over.</summary>
    TimeoutNow = 11,
}

/// <summary>
/// One message between two cores. It is one flat record, since most kinds share most fields; each kind says what it uses.
/// </summary>
internal sealed record RaftMessage(MessageKind Kind, string From, string To, long Term)
{
    /// <summary>Append: the entry before the new ones. Vote and PreVote: the last entry. AppendAnswer: matched or refused index.</summary>
    public LogPoint Point { get; init; }

    /// <summary>Append, Heartbeat, CommitNotice: how far the receiver may apply.</summary>
    public long Commit { get; init; }

    /// <summary>Answers: the request was refused.</summary>
    public bool IsRefused { get; init; }

    /// <summary>AppendAnswer that refuses: where the logs may agree.</summary>
    public LogPoint Hint { get; init; }

    /// <summary>Heartbeat and its answer: the leader's round of confirming that it still leads.</summary>
    public long Round { get; init; }

    /// <summary>Vote: the leader itself asked for this election, so its being alive is no reason to refuse.</summary>
    public bool IsForced { get; init; }

    public IReadOnlyList<LogEntry> Entries { get; init; } = [];

    public Snapshot? Snapshot { get; init; }
}
