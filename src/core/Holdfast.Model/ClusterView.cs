namespace Holdfast.Model;

/// <summary>
/// Everything one agent knows at one moment, as data: what the store holds and how old that knowledge is, what its own database
/// does, what the operator wants, and what the agent remembers. Every decision is a pure function of this record.
/// </summary>
public sealed record ClusterView
{
    public required MemberName Self { get; init; }

    /// <summary>Time since an arbitrary origin, on the monotonic clock of this host.</summary>
    public required TimeSpan Now { get; init; }

    /// <summary>The calendar's time, for schedules and history only.</summary>
    public required DateTimeOffset UtcNow { get; init; }

    public required Policy Policy { get; init; }

    public required MemberTags Tags { get; init; }

    public required StoreView Store { get; init; }

    public required OwnSession Session { get; init; }

    public required DatabaseView Database { get; init; }

    public required AgentMemory Memory { get; init; }

    /// <summary>What an operator asked of this member alone (restart, reinitialize); null when nothing waits.</summary>
    public OperatorRequest? Request { get; init; }

    /// <summary>The leader key names this member, under its present session, and the fencing deadline has not passed.</summary>
    public bool SelfHoldsLiveLease =>
        Store.Lease is { } lease && lease.Holder == Self && lease.Session == Session.Id && Now < Session.FenceAt;

    /// <summary>The lease as the store holds it, when another member has it.</summary>
    public LeaderLease? OthersLease => Store.Lease is { } lease && lease.Holder != Self ? lease : null;

    /// <summary>The leader key names this member under a session of an earlier life of its agent.</summary>
    public bool EarlierSelfHoldsLease =>
        Store.Lease is { } lease && lease.Holder == Self && lease.Session != Session.Id;

    public MemberReport? Report(MemberName name) => Store.Members.FirstOrDefault(member => member.Name == name);

    public MemberReport? OwnReport => Report(Self);

    public IEnumerable<MemberReport> Others => Store.Members.Where(member => member.Name != Self);
}

/// <summary>This agent's session in the store and the deadlines that follow from its last confirmed renewal.</summary>
public sealed record OwnSession
{
    /// <summary>Null while there is none: not opened yet, or ended.</summary>
    public SessionId? Id { get; init; }

    /// <summary>When the last confirmed renewal was sent: the moment before it left.</summary>
    public TimeSpan RenewedAt { get; init; }

    /// <summary>When a primary under this session must be dead: before the session can end anywhere.</summary>
    public TimeSpan FenceAt { get; init; }

    public static readonly OwnSession None = new();
}

/// <summary>What an agent must not forget from one turn to the next.</summary>
public sealed record AgentMemory
{
    /// <summary>When this agent began.</summary>
    public required TimeSpan StartedAt { get; init; }

    /// <summary>This agent has held the lease in this life.</summary>
    public bool HasLed { get; init; }

    /// <summary>When the present lease came to this member; null while it does not lead.</summary>
    public TimeSpan? LeadingSince { get; init; }

    /// <summary>When the database was last found to have ended without being told to; null while it runs.</summary>
    public TimeSpan? CrashedAt { get; init; }

    /// <summary>Until when this member does not run for leader, because it failed to promote or to start.</summary>
    public TimeSpan SitsOutUntil { get; init; }

    /// <summary>When this member first saw that nobody holds the lease; null while somebody does.</summary>
    public TimeSpan? LeaderlessAt { get; init; }

    /// <summary>The synchronous standbys that were allowed to lead before this member was made leader.</summary>
    public SyncState? SyncBeforePromotion { get; init; }

    /// <summary>The timeline this member had when it began its present lease; promotion has happened once it grew.</summary>
    public Timeline? TimelineBeforePromotion { get; init; }

    /// <summary>When replication from the leader was first seen broken; null while it streams or no leader is there.</summary>
    public TimeSpan? NotStreamingSince { get; init; }

    /// <summary>The last term that this member saw, its own or another's.</summary>
    public Term LastTerm { get; init; }

    /// <summary>Who held the lease last.</summary>
    public MemberName? LastLeader { get; init; }

    /// <summary>The last job that failed, and when; a retry waits for it.</summary>
    public JobFailure? LastFailure { get; init; }

    /// <summary>What each member's synchronous candidacy waits for: the log position it must have flushed.</summary>
    public LogPosition? SyncBarrier { get; init; }

    public DateTimeOffset? ScheduledRestartAt { get; init; }
}

/// <summary>A job of the database that did not succeed.</summary>
public sealed record JobFailure(DatabaseJobKind Kind, string Reason, TimeSpan At, int Count);

/// <summary>What an operator asked of one member.</summary>
public abstract record OperatorRequest(string Id)
{
    public sealed record Restart(string Id, bool OnlyIfPending, DatabaseRole? OnlyIfRole) : OperatorRequest(Id);

    public sealed record Reinitialize(string Id, bool Force) : OperatorRequest(Id);
}
