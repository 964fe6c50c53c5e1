using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.StoreLayout;

/// <summary>The value of <c>members/NAME</c>. Positions are bytes; words are Patroni's where it has them.</summary>
public sealed record MemberDocument
{
    [JsonPropertyName("conn_url")]
    public string? ConnectUrl { get; init; }

    [JsonPropertyName("api_url")]
    public string? ApiUrl { get; init; }

    [JsonPropertyName("state")]
    public string? State { get; init; }

    [JsonPropertyName("role")]
    public string? Role { get; init; }

    [JsonPropertyName("version")]
    public string? Version { get; init; }

    [JsonPropertyName("tags")]
    public JsonElement? Tags { get; init; }

    [JsonPropertyName("xlog_location")]
    public long? Position { get; init; }

    [JsonPropertyName("receive_lsn")]
    public long? ReceivePosition { get; init; }

    [JsonPropertyName("replay_lsn")]
    public long? ReplayPosition { get; init; }

    [JsonPropertyName("replication_state")]
    public string? ReplicationState { get; init; }

    [JsonPropertyName("timeline")]
    public int? Timeline { get; init; }

    [JsonPropertyName("pause")]
    public bool? IsPaused { get; init; }

    [JsonPropertyName("pending_restart")]
    public bool? IsRestartPending { get; init; }

    [JsonPropertyName("checkpoint_after_promote")]
    public bool? HasCheckpointedSincePromotion { get; init; }

    /// <summary>Beyond Patroni: the member's disk has no room to lead.</summary>
    /// <summary>Beyond Patroni: how much of the data directory's disk is free, in whole percent.</summary>
    [JsonPropertyName("disk_free_percent")]
    public int? DiskFreePercent { get; init; }

    /// <summary>Beyond Patroni: until when the certificates are good that the member uses, by the setting that names the file.</summary>
    [JsonPropertyName("certificates")]
    public SortedDictionary<string, DateTimeOffset>? Certificates { get; init; }

    [JsonPropertyName("short_of_disk")]
    public bool? IsShortOfDisk { get; init; }

    /// <summary>Beyond Patroni: how clients fare at the member's router, where somebody tries.</summary>
    [JsonPropertyName("probe")]
    public ProbeDocument? Probe { get; init; }

    /// <summary>Beyond Patroni: the term in which this member's database is the primary.</summary>
    [JsonPropertyName("term")]
    public long? Term { get; init; }

    /// <summary>Beyond Patroni: the revision of the switchover request for which this primary waits until its clients have paused.</summary>
    [JsonPropertyName("drains_for")]
    public long? DrainsFor { get; init; }

    /// <summary>Beyond Patroni: what the member's server says of its group, where servers elect their primary themselves.</summary>
    [JsonPropertyName("group")]
    public GroupDocument? Group { get; init; }
}

/// <summary>A member's word on what clients of its router meet.</summary>
public sealed record ProbeDocument
{
    /// <summary>Absent while clients are served.</summary>
    [JsonPropertyName("failing_since")]
    public DateTimeOffset? FailingSince { get; init; }

    [JsonPropertyName("burn_rate")]
    public double? BurnRate { get; init; }

    [JsonPropertyName("lost_writes")]
    public long? LostWrites { get; init; }

    /// <summary>The middle one of the last ten seconds' acknowledged writes.</summary>
    [JsonPropertyName("write_median_seconds")]
    public double? WriteMedianSeconds { get; init; }

    [JsonPropertyName("write_slowest_seconds")]
    public double? WriteSlowestSeconds { get; init; }

    /// <summary>Of the last outage that is over.</summary>
    [JsonPropertyName("last_outage_since")]
    public DateTimeOffset? LastOutageSince { get; init; }

    [JsonPropertyName("last_outage_seconds")]
    public double? LastOutageSeconds { get; init; }

    /// <summary>Over thirty days, from 0 to 1.</summary>
    [JsonPropertyName("availability")]
    public double? Availability { get; init; }

    /// <summary>Over thirty days, up to 1.</summary>
    [JsonPropertyName("budget_left")]
    public double? BudgetLeft { get; init; }
}

/// <summary>A server's word on its group.</summary>
public sealed record GroupDocument
{
    /// <summary>The server, as its group knows it.</summary>
    [JsonPropertyName("server")]
    public string? Server { get; init; }

    [JsonPropertyName("address")]
    public string? Address { get; init; }

    /// <summary>In MySQL's words.</summary>
    [JsonPropertyName("state")]
    public string? State { get; init; }

    [JsonPropertyName("view")]
    public string? View { get; init; }

    [JsonPropertyName("members")]
    public IReadOnlyList<GroupPeerDocument>? Members { get; init; }

    [JsonPropertyName("multi_primary")]
    public bool? IsMultiPrimary { get; init; }

    [JsonPropertyName("writable")]
    public bool? AcceptsWrites { get; init; }

    /// <summary>What the server holds: a GTID set.</summary>
    [JsonPropertyName("transactions")]
    public string? Transactions { get; init; }

    [JsonPropertyName("apply_backlog")]
    public long? ApplyBacklog { get; init; }

    [JsonPropertyName("certify_backlog")]
    public long? CertifyBacklog { get; init; }

    [JsonPropertyName("joining")]
    public bool? IsJoining { get; init; }

    [JsonPropertyName("slows_group")]
    public bool? SlowsGroup { get; init; }

    [JsonPropertyName("conflicts")]
    public long? Conflicts { get; init; }
}

/// <summary>One member as the server sees it.</summary>
public sealed record GroupPeerDocument
{
    [JsonPropertyName("server")]
    public string? Server { get; init; }

    [JsonPropertyName("host")]
    public string? Host { get; init; }

    [JsonPropertyName("port")]
    public int Port { get; init; }

    [JsonPropertyName("state")]
    public string? State { get; init; }

    [JsonPropertyName("primary")]
    public bool? IsPrimary { get; init; }

    [JsonPropertyName("version")]
    public string? Version { get; init; }
}

/// <summary>The value of <c>sync</c>. The standbys are comma-separated and sorted, or null.</summary>
public sealed record SyncDocument
{
    [JsonPropertyName("leader")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Leader { get; init; }

    [JsonPropertyName("sync_standby")]
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public string? Standbys { get; init; }

    [JsonPropertyName("quorum")]
    public int Quorum { get; init; }
}

/// <summary>The value of <c>status</c>.</summary>
public sealed record StatusDocument
{
    [JsonPropertyName("optime")]
    public long LastPosition { get; init; }

    [JsonPropertyName("slots")]
    public SortedDictionary<string, long>? Slots { get; init; }
}

/// <summary>The value of <c>failover</c>: a change of leader that an operator asked for.</summary>
public sealed record FailoverDocument
{
    [JsonPropertyName("leader")]
    public string? From { get; init; }

    [JsonPropertyName("member")]
    public string? To { get; init; }

    [JsonPropertyName("scheduled_at")]
    public string? ScheduledAt { get; init; }

    /// <summary>Beyond Patroni: where the stopped leader's log ended.</summary>
    [JsonPropertyName("final_lsn")]
    public long? FinalPosition { get; init; }
}

/// <summary>The value of <c>holdfast/routers/NAME</c>.</summary>
public sealed record RouterDocument
{
    /// <summary>The revision of the switchover request for which the router's clients have paused.</summary>
    [JsonPropertyName("drained_for")]
    public long? DrainedFor { get; init; }
}

/// <summary>The value of <c>holdfast/route</c>: the first router that has served a client at a new leader.</summary>
public sealed record RouteDocument
{
    [JsonPropertyName("term")]
    public long Term { get; init; }

    [JsonPropertyName("router")]
    public string? Router { get; init; }

    /// <summary>How long no client asked for the new primary once the router knew it.</summary>
    [JsonPropertyName("idle_ms")]
    public double IdleMilliseconds { get; init; }

    /// <summary>The leader has written it into the audit trail.</summary>
    [JsonPropertyName("recorded")]
    public bool? IsRecorded { get; init; }
}

/// <summary>Who led last.</summary>
public sealed record LastLeaderDocument
{
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("term")]
    public long Term { get; init; }
}

/// <summary>A question to people about who may lead.</summary>
public sealed record ApprovalDocument
{
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("state")]
    public string? State { get; init; }

    [JsonPropertyName("lost_term")]
    public long LostTerm { get; init; }

    [JsonPropertyName("former")]
    public string? Former { get; init; }

    [JsonPropertyName("reason")]
    public string? Reason { get; init; }

    [JsonPropertyName("candidate")]
    public string? Candidate { get; init; }

    [JsonPropertyName("choice")]
    public string? Choice { get; init; }

    [JsonPropertyName("runners_up")]
    public IReadOnlyList<RunnerUpDocument>? RunnersUp { get; init; }

    [JsonPropertyName("lag_bytes")]
    public long? LagBytes { get; init; }

    [JsonPropertyName("lag_seconds")]
    public double? LagSeconds { get; init; }

    [JsonPropertyName("worst_loss")]
    public string? WorstLoss { get; init; }

    [JsonPropertyName("asked_at")]
    public DateTimeOffset AskedAt { get; init; }

    [JsonPropertyName("expires_at")]
    public DateTimeOffset? ExpiresAt { get; init; }

    [JsonPropertyName("approvers_needed")]
    public int ApproversNeeded { get; init; }

    [JsonPropertyName("escalation")]
    public int Escalation { get; init; }

    [JsonPropertyName("votes")]
    public IReadOnlyList<ApprovalVoteDocument>? Votes { get; init; }

    [JsonPropertyName("outcome")]
    public string? Outcome { get; init; }

    /// <summary>What links that answer it are signed with, in base64.</summary>
    [JsonPropertyName("link_key")]
    public string? LinkKey { get; init; }
}

public sealed record RunnerUpDocument([property: JsonPropertyName("name")] string Name, [property: JsonPropertyName("why")] string Why);

public sealed record ApprovalVoteDocument
{
    [JsonPropertyName("by")]
    public string? By { get; init; }

    [JsonPropertyName("approves")]
    public bool Approves { get; init; }

    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }

    [JsonPropertyName("via")]
    public string? Via { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }
}

/// <summary>A bearer token.</summary>
public sealed record TokenDocument
{
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("roles")]
    public IReadOnlyList<string>? Roles { get; init; }

    /// <summary>SHA-256 of the token.</summary>
    [JsonPropertyName("hash")]
    public string? Hash { get; init; }

    [JsonPropertyName("created_by")]
    public string? CreatedBy { get; init; }

    [JsonPropertyName("created_at")]
    public DateTimeOffset CreatedAt { get; init; }

    [JsonPropertyName("expires_at")]
    public DateTimeOffset? ExpiresAt { get; init; }
}

/// <summary>The documents' serializer, made at compile time.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(MemberDocument))]
[JsonSerializable(typeof(SyncDocument))]
[JsonSerializable(typeof(StatusDocument))]
[JsonSerializable(typeof(FailoverDocument))]
[JsonSerializable(typeof(RouterDocument))]
[JsonSerializable(typeof(RouteDocument))]
[JsonSerializable(typeof(LastLeaderDocument))]
[JsonSerializable(typeof(ApprovalDocument))]
[JsonSerializable(typeof(AlertDocument[]))]
[JsonSerializable(typeof(TokenDocument[]))]
[JsonSerializable(typeof(AlertAnswersDocument))]
[JsonSerializable(typeof(JsonElement[][]))]
[JsonSerializable(typeof(SortedDictionary<string, string>))]
public sealed partial class StoreJson : JsonSerializerContext;
