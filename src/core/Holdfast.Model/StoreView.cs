using System.Collections.Immutable;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Holdfast.Model.Groups;
using Holdfast.Model.Probes;

namespace Holdfast.Model;

/// <summary>What the store holds about one cluster, and how old that knowledge is.</summary>
public sealed record StoreView
{
    /// <summary>The store was read at least once in this life of the agent.</summary>
    public required bool IsKnown { get; init; }

    /// <summary>The last moment at which this view is known to have been current.</summary>
    public required TimeSpan ConfirmedAt { get; init; }

    public required Revision Revision { get; init; }

    /// <summary>Who may lead the first time, and which system it made; null while nobody has begun.</summary>
    public Initialization? Initialization { get; init; }

    /// <summary>
    /// The store shows an earlier state than this agent has seen: a backup was restored, or a stale server answered. The rest of the view is the last good
    /// one. Null while all is well.
    /// </summary>
    public StoreSetback? Setback { get; init; }

    public LeaderLease? Lease { get; init; }

    /// <summary>The revision since which no leader key exists; null while there is one.</summary>
    public Revision? LeaderlessSince { get; init; }

    public ImmutableArray<MemberReport> Members { get; init; } = [];

    public SyncState Sync { get; init; } = SyncState.Empty;

    /// <summary>The revision of the sync key; <see cref="Revision.Absent"/> when there is none.</summary>
    public Revision SyncRevision { get; init; } = Revision.Absent;

    public SwitchoverRequest? Switchover { get; init; }

    public ClusterStatus Status { get; init; } = ClusterStatus.Empty;

    /// <summary>The revision of the configuration key; <see cref="Revision.Absent"/> when there is none.</summary>
    public Revision ConfigurationRevision { get; init; } = Revision.Absent;

    public ImmutableArray<TimelineChange> History { get; init; } = [];

    public Revision HistoryRevision { get; init; } = Revision.Absent;

    /// <summary>The routers that carry clients' sessions over a switchover, and pause them for it.</summary>
    public ImmutableArray<RouterReport> Routers { get; init; } = [];

    /// <summary>The first router that has served a client at a new leader; null when none has said so.</summary>
    public RouteReport? Route { get; init; }

    /// <summary>The last question to people about who may lead; null when there was none.</summary>
    public ApprovalRequest? Approval { get; init; }

    /// <summary>What was worth telling when somebody last looked.</summary>
    public AlertBoard Alerts { get; init; } = AlertBoard.Empty;

    public Revision AlertsRevision { get; init; } = Revision.Absent;

    /// <summary>What people have said of alerts.</summary>
    public AlertAnswers AlertAnswers { get; init; } = AlertAnswers.Empty;

    /// <summary>Null when no leader has written it.</summary>
    public LeaderRecord? LastLeader { get; init; }

    /// <summary>Who must confirm a primary while the store is away; null when no leader has written it.</summary>
    public FailsafeMembers? Failsafe { get; init; }
}

/// <summary>A router that is there; its key vanishes with its session.</summary>
/// <param name="Name">Of the router.</param>
/// <param name="DrainedFor">The last switchover request for which its clients have paused; null for none yet.</param>
public sealed record RouterReport(string Name, Revision? DrainedFor);

/// <summary>A router's word that it has served a client at the leader of a term. Nothing is decided by it.</summary>
/// <param name="Term">Of that leader.</param>
/// <param name="Router">Its name.</param>
/// <param name="Idle">How long no client asked for the new primary once the router knew it.</param>
/// <param name="IsRecorded">It is in the audit trail.</param>
/// <param name="Revision">Of the key.</param>
public sealed record RouteReport(Term Term, string Router, TimeSpan Idle, bool IsRecorded, Revision Revision);

/// <summary>The members that a leader asks while the store is away, with their REST addresses. Nobody else may lead meanwhile.</summary>
public sealed record FailsafeMembers(ImmutableSortedDictionary<MemberName, string> ApiUrls, Revision Revision)
{
    public bool Equals(FailsafeMembers? other) =>
        other is not null && Revision == other.Revision && ApiUrls.SequenceEqual(other.ApiUrls);

    public override int GetHashCode() => HashCode.Combine(Revision, ApiUrls.Count);
}

/// <summary>How far the store went back.</summary>
/// <param name="Seen">The revision that this agent had seen.</param>
/// <param name="Shown">The revision that the store shows now.</param>
/// <param name="Key">A key whose value is older than the one that was seen; null when the revision alone says so.</param>
public sealed record StoreSetback(Revision Seen, Revision Shown, string? Key);

/// <summary>The initialize key: empty while its holder makes the first database, then the system's identifier.</summary>
public sealed record Initialization(string? SystemId, SessionId? Session, Revision Revision);

/// <summary>The right to run a writable primary, as the store holds it.</summary>
public sealed record LeaderLease(MemberName Holder, Term Term, SessionId? Session);

/// <summary>Who may lead while synchronous mode is on: the leader that last wrote this, and the standbys it waits for.</summary>
public sealed record SyncState(MemberName? Leader, ImmutableArray<MemberName> Standbys)
{
    public static readonly SyncState Empty = new(null, []);

    /// <summary>Every write that a client saw succeed is on this member.</summary>
    public bool HoldsEveryWrite(MemberName member) => Leader == member || Standbys.Contains(member);

    public bool Equals(SyncState? other) =>
        other is not null && Leader == other.Leader && Standbys.SequenceEqual(other.Standbys);

    public override int GetHashCode() => HashCode.Combine(Leader, Standbys.Length);
}

/// <summary>An operator's wish to change the leader.</summary>
/// <param name="From">The leader that is to step down; null for a failover, which does not care.</param>
/// <param name="To">The wished candidate; null for the best.</param>
/// <param name="ScheduledAt">Not before; null for now.</param>
/// <param name="FinalPosition">Where the stopped leader's log ended when it handed over; null before that.</param>
/// <param name="Revision">Of the key, to clear exactly this request.</param>
public sealed record SwitchoverRequest(
    MemberName? From,
    MemberName? To,
    DateTimeOffset? ScheduledAt,
    LogPosition? FinalPosition,
    Revision Revision);

/// <summary>What the leader last published of the database's progress.</summary>
public sealed record ClusterStatus(LogPosition LastPosition, ImmutableSortedDictionary<string, LogPosition> Slots)
{
    public static readonly ClusterStatus Empty = new(LogPosition.Zero, ImmutableSortedDictionary<string, LogPosition>.Empty);
}

/// <summary>One change of timeline: where the old one ended, why, when, and who leads the new one.</summary>
public sealed record TimelineChange(Timeline Timeline, LogPosition Position, string Reason, string? At, string? NewLeader);

/// <summary>What a member last said of itself. The key vanishes with its session, so a report that is there is from a live agent.</summary>
public sealed record MemberReport
{
    public required MemberName Name { get; init; }

    public required SessionId? Session { get; init; }

    /// <summary>When the store took it: a report newer than a loss of leader was written knowing of it.</summary>
    public required Revision Revision { get; init; }

    public required MemberState State { get; init; }

    public required DatabaseRole Role { get; init; }

    public string ConnectUrl { get; init; } = "";

    public string ApiUrl { get; init; } = "";

    public Timeline? Timeline { get; init; }

    /// <summary>The last position that is safe on this member's disk: written by a primary, received by a replica.</summary>
    public LogPosition? Position { get; init; }

    public LogPosition? ReplayPosition { get; init; }

    public bool IsStreaming { get; init; }

    public MemberTags Tags { get; init; } = MemberTags.None;

    public bool IsPaused { get; init; }

    public bool IsRestartPending { get; init; }

    /// <summary>The new primary has checkpointed, so that others may rewind from it.</summary>
    public bool HasCheckpointedSincePromotion { get; init; }

    /// <summary>The member's disk has no room to promote on.</summary>
    public bool IsShortOfDisk { get; init; }

    /// <summary>How much of the data directory's disk is free, in whole percent; null when that is not known.</summary>
    public int? DiskFreePercent { get; init; }

    public CertificateEnds Certificates { get; init; } = CertificateEnds.None;

    /// <summary>How clients fare at this member's router; null where nobody tries.</summary>
    public ProbeReport? Probe { get; init; }

    /// <summary>The term in which this member's database is the primary; null while it is none, or its agent does not say (Patroni's).</summary>
    public Term? Term { get; init; }

    /// <summary>The switchover request for which this primary waits until its clients have paused; null while it does not.</summary>
    public Revision? DrainsFor { get; init; }

    /// <summary>What its server says of its group; null where the servers elect nobody.</summary>
    public GroupView? Group { get; init; }

    public string Version { get; init; } = "";

    /// <summary>The member's key as the store holds it, a JSON object, for what the model leaves out; null when that is not kept.</summary>
    public string? Document { get; init; }
}

/// <summary>What an operator said of a member's part in the cluster.</summary>
public sealed record MemberTags
{
    public static readonly MemberTags None = new();

    public bool NoFailover { get; init; }

    /// <summary>A higher one is preferred among equally good candidates; zero or less never leads.</summary>
    public int FailoverPriority { get; init; } = 1;

    public bool NoSync { get; init; }

    public bool NoLoadBalance { get; init; }

    public bool CloneFrom { get; init; }

    public string? ReplicateFrom { get; init; }

    /// <summary>Where the member is, in the operator's words; null when that does not matter.</summary>
    public string? Zone { get; init; }

    /// <summary>Whether the member may ever lead.</summary>
    public bool MayLead => !NoFailover && FailoverPriority > 0;
}
