using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>What one round trip to the running database brought back.</summary>
internal sealed record Observed
{
    public required bool IsInRecovery { get; init; }

    public required int ServerVersion { get; init; }

    public required string SystemId { get; init; }

    public required int Timeline { get; init; }

    public required LogPosition Position { get; init; }

    public required LogPosition ReplayPosition { get; init; }

    public required bool IsStreaming { get; init; }

    public required DateTimeOffset? StartedAt { get; init; }

    public required DateTimeOffset? ReplayedAt { get; init; }

    public required bool IsReplayPaused { get; init; }

    public required ImmutableArray<StandbyConnection> Standbys { get; init; }

    public required ImmutableArray<ObservedSlot> Slots { get; init; }

    public required bool HasPendingParameters { get; init; }

    public required bool HasCheckpointedOnTimeline { get; init; }

    public required string SynchronousNames { get; init; }

    /// <summary>The checkpointer waits for work, so it has taken up every signal that reached it.</summary>
    public required bool IsCheckpointerAttentive { get; init; }

    public required ImmutableSortedDictionary<string, string> CriticalParameters { get; init; }
}

internal sealed record ObservedSlot(string Name, bool IsLogical, bool IsActive, LogPosition RestartPosition);

/// <summary>Everything the agent asks of a running database, in one statement that answers in JSON, so that versions may differ.</summary>
internal static class ObservationQuery
{
    /// <summary>Right for 12 to 18. Functions that fail in recovery stand behind CASE.</summary>
    public static readonly string Text = $"""
        SELECT json_build_object(
          'recovery', s.recovery,
          'version', current_setting('server_version_num')::int,
          'system', (SELECT system_identifier::text FROM pg_control_system()),
          'control_timeline', c.timeline_id,
          'recovery_timeline', (SELECT min_recovery_end_timeline FROM pg_control_recovery()),
          'timeline', CASE WHEN s.recovery THEN NULL
            ELSE ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int END,
          'flush', CASE WHEN s.recovery THEN NULL ELSE (pg_current_wal_flush_lsn() - '0/0'::pg_lsn)::bigint END,
          'started', extract(epoch FROM pg_postmaster_start_time()),
          'replayed', CASE WHEN s.recovery THEN extract(epoch FROM pg_last_xact_replay_timestamp()) END,
          'paused', CASE WHEN s.recovery THEN pg_is_wal_replay_paused() ELSE false END,
          'receive', (pg_last_wal_receive_lsn() - '0/0'::pg_lsn)::bigint,
          'replay', (pg_last_wal_replay_lsn() - '0/0'::pg_lsn)::bigint,
          'receiver', (SELECT json_build_object('status', status,
              'timeline', CASE WHEN latest_end_lsn IS NULL THEN NULL ELSE received_tli END)
            FROM pg_stat_wal_receiver LIMIT 1),
          'log_timeline', CASE WHEN s.recovery AND NOT EXISTS (SELECT FROM pg_stat_wal_receiver WHERE latest_end_lsn IS NOT NULL) THEN {LogTimeline} END,
          'standbys', (SELECT json_agg(json_build_object('name', application_name, 'state', state, 'sync', sync_state,
              'address', host(client_addr), 'replay_lag', extract(epoch FROM replay_lag),
              'sent', (sent_lsn - '0/0'::pg_lsn)::bigint, 'write', (write_lsn - '0/0'::pg_lsn)::bigint,
              'flush', (flush_lsn - '0/0'::pg_lsn)::bigint, 'replay', (replay_lsn - '0/0'::pg_lsn)::bigint) ORDER BY application_name)
            FROM pg_stat_replication WHERE state <> 'backup'),
          'slots', (SELECT json_agg(json_build_object('name', slot_name, 'type', slot_type, 'active', active,
              'restart', (restart_lsn - '0/0'::pg_lsn)::bigint) ORDER BY slot_name)
            FROM pg_replication_slots WHERE NOT temporary),
          'pending', EXISTS (SELECT 1 FROM pg_settings WHERE pending_restart),
          'sync', current_setting('synchronous_standby_names'),
          'checkpointer', (SELECT wait_event FROM pg_stat_activity WHERE backend_type = 'checkpointer'),
          'critical', (SELECT json_object_agg(name, setting) FROM pg_settings
            WHERE name IN ({string.Join(", ", Configuration.ServerParameters.Critical.Select(name => $"'{name}'"))}))
        )::text
        FROM (SELECT pg_is_in_recovery() AS recovery) s, pg_control_checkpoint() c
        """;

    /// <summary>
    /// The timeline of the log file that holds the last byte. Without a receiver nothing else tells it: the control file follows with the next restartpoint
    /// only (PostgreSQL documentation, "WAL Internals": a segment's name is its timeline, then its number).
    /// </summary>
    private const string LogTimeline =
        """
        (SELECT max(('x' || substr(file.name, 1, 8))::bit(32)::int)
            FROM (SELECT pg_size_bytes(current_setting('wal_segment_size')) AS size,
                    greatest(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn - 1 AS last) place,
                pg_ls_waldir() file
            WHERE file.name ~ '^[0-9A-F]{24}$' AND substr(file.name, 9) =
                upper(lpad(to_hex(div(place.last, 4294967296)::bigint), 8, '0')
                    || lpad(to_hex(div(mod(place.last, 4294967296), place.size)::bigint), 8, '0')))
        """;

    public static Observed Read(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var isInRecovery = root.GetProperty("recovery").GetBoolean();
        var control = Number(root, "control_timeline");
        var replay = new LogPosition(Number(root, "replay"));
        var receiver = root.GetProperty("receiver");
        var isReceiving = receiver.ValueKind == JsonValueKind.Object;
        var timeline = isInRecovery
            ? Math.Max(Math.Max(control, Number(root, "recovery_timeline")), Math.Max(isReceiving ? Number(receiver, "timeline") : 0, Number(root, "log_timeline")))
            : Number(root, "timeline");
        return new()
        {
            IsInRecovery = isInRecovery,
            ServerVersion = (int)Number(root, "version"),
            SystemId = root.GetProperty("system").GetString() ?? "",
            Timeline = (int)timeline,

            // After a restart the receiver's position begins at a segment's start, behind what was replayed.
            Position = new(isInRecovery ? Math.Max(Number(root, "receive"), replay.Bytes) : Number(root, "flush")),
            ReplayPosition = isInRecovery ? replay : new(Number(root, "flush")),
            IsStreaming = isReceiving && receiver.GetProperty("status").GetString() == "streaming",
            StartedAt = Moment(root, "started"),
            ReplayedAt = Moment(root, "replayed"),
            IsReplayPaused = root.GetProperty("paused").ValueKind == JsonValueKind.True,
            Standbys = [.. Rows(root, "standbys").Select(Standby)],
            Slots = [.. Rows(root, "slots").Select(Slot)],
            HasPendingParameters = root.GetProperty("pending").GetBoolean(),
            HasCheckpointedOnTimeline = !isInRecovery && control >= timeline,
            SynchronousNames = root.GetProperty("sync").GetString() ?? "",
            IsCheckpointerAttentive = root.GetProperty("checkpointer").GetString() is "CheckpointerMain" or "CheckpointWriteDelay",
            CriticalParameters = root.GetProperty("critical").EnumerateObject()
                .ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value.GetString() ?? "", StringComparer.Ordinal),
        };
    }

    private static JsonElement.ArrayEnumerator Rows(JsonElement root, string name) =>
        root.GetProperty(name) is { ValueKind: JsonValueKind.Array } rows ? rows.EnumerateArray() : default;

    private static StandbyConnection Standby(JsonElement row) => new(
        new(row.GetProperty("name").GetString() ?? ""),
        row.GetProperty("state").GetString() == "streaming",
        row.GetProperty("sync").GetString() is "sync" or "quorum",
        new(Number(row, "flush")))
    {
        Address = row.GetProperty("address").GetString() ?? "",
        State = row.GetProperty("state").GetString() ?? "",
        SyncState = row.GetProperty("sync").GetString() ?? "",
        SentPosition = new(Number(row, "sent")),
        WritePosition = new(Number(row, "write")),
        ReplayPosition = new(Number(row, "replay")),
        ReplayLag = row.GetProperty("replay_lag") is { ValueKind: JsonValueKind.Number } seconds ? TimeSpan.FromSeconds(seconds.GetDouble()) : null,
    };

    private static ObservedSlot Slot(JsonElement row) => new(
        row.GetProperty("name").GetString() ?? "",
        row.GetProperty("type").GetString() == "logical",
        row.GetProperty("active").GetBoolean(),
        new(Number(row, "restart")));

    private static DateTimeOffset? Moment(JsonElement parent, string name) =>
        parent.GetProperty(name) is { ValueKind: JsonValueKind.Number } seconds
            ? DateTimeOffset.UnixEpoch + TimeSpan.FromSeconds(seconds.GetDouble())
            : null;

    private static long Number(JsonElement parent, string name) =>
        parent.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? number.GetInt64() : 0;
}
