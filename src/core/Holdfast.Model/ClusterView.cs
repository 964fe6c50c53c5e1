using System.Collections.Immutable;
using Holdfast.Model.Alerts;
using Holdfast.Model.Groups;
using Holdfast.Model.Probes;

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

    /// <summary>Where others reach this member's REST interface.</summary>
    public string ApiUrl { get; init; } = "";

    public required StoreView Store { get; init; }

    public required OwnSession Session { get; init; }

    public StoreHealth StoreHealth { get; init; } = StoreHealth.Unknown;

    /// <summary>Of the files that this member uses.</summary>
    public CertificateEnds Certificates { get; init; } = CertificateEnds.None;

    public required DatabaseView Database { get; init; }

    public required AgentMemory Memory { get; init; }

    /// <summary>What an operator asked of this member alone and is due now; null when nothing is.</summary>
    public OperatorRequest? Request { get; init; }

    /// <summary>When an operator wants this member restarted; null for never.</summary>
    public DateTimeOffset? ScheduledRestartAt { get; init; }

    /// <summary>How clients fare at this member's router; null where nobody tries.</summary>
    public ProbeReport? Probe { get; init; }

    /// <summary>The agent was told to end: the database stops, unless the cluster is paused, and the lease goes to somebody else.</summary>
    public bool IsShuttingDown { get; init; }

    /// <summary>The leader key names this member, under its present session, and the fencing deadline has not passed.</summary>
    public bool SelfHoldsLiveLease =>
        Store.Lease is { } lease && lease.Holder == Self && lease.Session == Session.Id && lease.Term != Memory.GivenAway && Now < MayServeUntil;

    /// <summary>When a primary here must be dead: the end of the lease, or of what the members have promised to it.</summary>
    public TimeSpan MayServeUntil =>
        Memory.TrustedUntil is { } trusted && trusted > Session.FenceAt ? trusted : Session.FenceAt;

    /// <summary>
    /// Until when the database here accepts writes by a right that was promised to it, even where the store has ended the lease before
    /// its time; null when it has none.
    /// </summary>
    public TimeSpan? ServesUntil => Database switch
    {
        { Role: not DatabaseRole.Primary } or { IsDown: true } => null,
        _ when SelfHoldsLiveLease || IsTrustedByMembers => MayServeUntil,
        _ when OthersLease is null && Now < Memory.LeaseEndsAt => Memory.LeaseEndsAt,
        _ => null,
    };

    /// <summary>Every member has promised this leader not to lead for now.</summary>
    public bool IsTrustedByMembers => Now < Memory.TrustedUntil;

    /// <summary>The store does not answer, or cannot be believed, and this leader goes on because every member has confirmed it.</summary>
    public bool IsFailsafeActive => IsTrustedByMembers && (Memory.StoreFailedAt > Session.RenewedAt || Store.Setback is not null);

    /// <summary>
    /// Whom this member has promised not to lead, while that promise holds; null when it may. That the leader key is this member's own
    /// ends it: nobody else could take the lease meanwhile, so that leader itself has given it away.
    /// </summary>
    public MemberName? PromisedTo =>
        Memory.Promise is { } promise && Now < promise.Until && Store.Lease?.Holder != Self ? promise.Leader : null;

    /// <summary>The lease as the store holds it, when another member has it.</summary>
    public LeaderLease? OthersLease => Store.Lease is { } lease && lease.Holder != Self ? lease : null;

    /// <summary>
    /// The leader key names this member under an earlier session, or under a term that this member meant to give away and does not
    /// know whether it did: in both cases it leads only after taking the key once more.
    /// </summary>
    public bool EarlierSelfHoldsLease =>
        Store.Lease is { } lease && lease.Holder == Self && (lease.Session != Session.Id || lease.Term == Memory.GivenAway);

    /// <summary>This member has sent a write of the synchronous set that the store's view does not show: it may have happened.</summary>
    public bool IsSyncInDoubt => Memory.SyncInDoubt == Store.SyncRevision;

    public MemberReport? Report(MemberName name) => Store.Members.FirstOrDefault(member => member.Name == name);

    public MemberReport? OwnReport => Report(Self);

    public IEnumerable<MemberReport> Others => Store.Members.Where(member => member.Name != Self);
}

/// <summary>This agent's session in the store and the deadlines that follow from its last confirmed renewal.</summary>
public sealed record OwnSession
{
    /// <summary>Null while there is none: not opened yet, or ended.</summary>
    public SessionId? Id { get; init; }

    /// <summary>How long it lives without renewal: as it was opened, whatever the policy says now.</summary>
    public TimeSpan TimeToLive { get; init; }

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

    /// <summary>The deadline of a guard that an earlier life of this agent left armed; null when there was none.</summary>
    public TimeSpan? GuardedUntil { get; init; }

    /// <summary>Another agent with this member's name answered at the address that the store has for it; null until that was asked.</summary>
    public bool? HasNamesake { get; init; }

    /// <summary>When the store last failed to renew this member's session; null while the last renewal was confirmed.</summary>
    public TimeSpan? StoreFailedAt { get; init; }

    /// <summary>When the members were last asked to confirm this leader, whatever they said.</summary>
    public TimeSpan? AskedMembersAt { get; init; }

    /// <summary>Until when every member has promised this leader not to lead; null when they were never asked or have refused.</summary>
    public TimeSpan? TrustedUntil { get; init; }

    /// <summary>What this member has promised to a leader that cannot reach the store.</summary>
    public LeaderPromise? Promise { get; init; }

    /// <summary>This member tried to take the lease, and does not know whether it did.</summary>
    public bool IsLeaseInDoubt { get; init; }

    /// <summary>This agent has held the lease in this life.</summary>
    public bool HasLed { get; init; }

    /// <summary>When the present lease came to this member; null while it does not lead.</summary>
    public TimeSpan? LeadingSince { get; init; }

    /// <summary>The database here was fenced, and that is not in the audit trail yet.</summary>
    public Fencing? Fencing { get; init; }

    /// <summary>How the last change of leader went, as far as this member saw it.</summary>
    public Takeover Takeover { get; init; } = Takeover.None;

    /// <summary>
    /// Until when the lease that this member held last was promised to it; null when it gave that lease away, or somebody else leads.
    /// A store that keeps its word ends no lease before.
    /// </summary>
    public TimeSpan? LeaseEndsAt { get; init; }

    /// <summary>Which other member this one last saw leading; null when it has seen none.</summary>
    public LastLeader? LastLeader { get; init; }

    /// <summary>When the database was found to have ended without being told to; null while it runs.</summary>
    public TimeSpan? CrashedAt { get; init; }

    /// <summary>Since when the running database has not answered; null while it answers.</summary>
    public TimeSpan? UnresponsiveSince { get; init; }

    /// <summary>Since when the database of this leader has been down; null while it is up or somebody else leads.</summary>
    public TimeSpan? DownSince { get; init; }

    /// <summary>The revision of this leader's own report that its database is down; null until that is written, and while it is up.</summary>
    public Revision? DownReport { get; init; }

    /// <summary>Until when this member does not run for leader, because it failed to promote or to start.</summary>
    public TimeSpan SitsOutUntil { get; init; }

    /// <summary>When this member first saw that nobody holds the lease; null while somebody does.</summary>
    public TimeSpan? LeaderlessAt { get; init; }

    /// <summary>Who was allowed to lead before this member recorded itself alone; kept until its promotion succeeded.</summary>
    public SyncState? SyncBeforePromotion { get; init; }

    /// <summary>Since when this replica has not been streaming although somebody leads; null while it streams.</summary>
    public TimeSpan? NotStreamingSince { get; init; }

    /// <summary>When a rewind last ended well; forgotten once the database streams or is a primary.</summary>
    public TimeSpan? RewoundAt { get; init; }

    /// <summary>When this member last saw the lease come to somebody else than before.</summary>
    public TimeSpan? LeaderChangedAt { get; init; }

    /// <summary>How far the log here went when it was last seen; the control file of a stopped replica knows less.</summary>
    public LogEnd? Reached { get; init; }

    /// <summary>The last timeline on which the database here was seen to accept writes.</summary>
    public Timeline? PrimaryTimeline { get; init; }

    /// <summary>When a clone last ended well; forgotten once the database streams or is a primary.</summary>
    public TimeSpan? ClonedAt { get; init; }

    /// <summary>The greatest term that this member has seen, its own or another's.</summary>
    public Term LastTerm { get; init; }

    /// <summary>The term that this member last tried to release or hand over; the view of the store may be older than that.</summary>
    public Term? GivenAway { get; init; }

    /// <summary>The revision on which this member's last write of the synchronous set was decided; null when it surely did not happen.</summary>
    public Revision? SyncInDoubt { get; init; }

    /// <summary>The last job that failed; forgotten when one of its kind succeeds.</summary>
    public JobFailure? LastFailure { get; init; }

    /// <summary>When this member first saw the switchover request that is in the store now.</summary>
    public TimeSpan? SwitchoverSeenAt { get; init; }

    /// <summary>Since when the routers have been asked to pause their clients for the switchover in the store; null while they are not.</summary>
    public TimeSpan? DrainingSince { get; init; }

    /// <summary>When this member last wrote its report.</summary>
    public TimeSpan? ReportedAt { get; init; }

    /// <summary>When this member last wrote the cluster's status.</summary>
    public TimeSpan? StatusWrittenAt { get; init; }

    /// <summary>When each member was last heard of; their slots are kept for a while after.</summary>
    public ImmutableSortedDictionary<MemberName, TimeSpan> MembersSeen { get; init; } =
        ImmutableSortedDictionary<MemberName, TimeSpan>.Empty;

    /// <summary>What was worth telling when this member last looked; null while another one does.</summary>
    public AlertBoard? Alerts { get; init; }

    /// <summary>Which state of the store's this member last wrote that over, and when; null while it has not. The view shows it a moment later.</summary>
    public AlertsWrite? AlertsWritten { get; init; }

    /// <summary>What this member tells of itself, whoever looks at the rest.</summary>
    public AlertBoard OwnAlerts { get; init; } = AlertBoard.Empty;

    /// <summary>How this primary's log has grown; empty while the database here is none.</summary>
    public LogEnds LogEnds { get; init; } = LogEnds.Empty;

    /// <summary>Of the group that the member's server is in, where servers elect their primary themselves.</summary>
    public GroupMemory Group { get; init; } = GroupMemory.Empty;

    /// <summary>Whose slots the engine has set last, since the database here began to run.</summary>
    public ImmutableArray<MemberName> SlotsSet { get; init; } = [];

    /// <summary>When; null: not yet.</summary>
    public TimeSpan? SlotsSetAt { get; init; }

    /// <summary>When they could not be set the last time; null: they could.</summary>
    public TimeSpan? SlotsFailedAt { get; init; }
}

/// <summary>One write of what is worth telling.</summary>
public sealed record AlertsWrite(Revision Replaced, TimeSpan At);

/// <summary>A leader whose lease may have ended since, and what it said when it was asked whether it still serves.</summary>
public sealed record LastLeader(MemberName Name, string ApiUrl)
{
    /// <summary>Whether it was asked since nobody leads.</summary>
    public bool IsAsked { get; init; }

    /// <summary>Until when its database accepts writes, by its own word; null when it does not, or has not answered.</summary>
    public TimeSpan? ServesUntil { get; init; }
}

/// <summary>Not to lead before this moment, for that leader's sake.</summary>
public sealed record LeaderPromise(MemberName Leader, TimeSpan Until);

/// <summary>Where a log ends, and on which timeline.</summary>
public sealed record LogEnd(Timeline Timeline, LogPosition Position);

/// <summary>A job of the database that did not succeed.</summary>
public sealed record JobFailure(DatabaseJobKind Kind, string Reason, TimeSpan At, int Count);

/// <summary>What an operator asked of one member.</summary>
public abstract record OperatorRequest(long Number)
{
    public sealed record Restart(long Number) : OperatorRequest(Number);

    public sealed record Reinitialize(long Number) : OperatorRequest(Number);
}
