namespace Holdfast.Stores.Raft.Consensus;

/// <summary>The numbers a core runs by.</summary>
internal sealed record RaftSettings
{
    public required string Self { get; init; }

    /// <summary>Election time-outs are drawn between this and its double.</summary>
    public TimeSpan ElectionTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    public TimeSpan HeartbeatInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A follower whose connection to the leader broke waits at most this long before it asks for votes.</summary>
    public TimeSpan LostLeaderJitter { get; init; } = TimeSpan.FromMilliseconds(30);

    /// <summary>A snapshot that was not confirmed for this long is sent again.</summary>
    public TimeSpan SnapshotPatience { get; init; } = TimeSpan.FromSeconds(30);

    public long AppendBytesMax { get; init; } = 512 * 1024;

    public int AppendsInFlightMax { get; init; } = 64;

    /// <summary>A learner becomes a voter when it lacks at most this many entries.</summary>
    public long PromotionLagMax { get; init; } = 64;
}
