using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Model;

namespace Holdfast.Api.Status;

/// <summary>Says how this member is, in the body that Patroni's health checks carry.</summary>
internal static class MemberStatusBuilder
{
    public static MemberStatus Build(MemberSnapshot snapshot, RestApiOptions options, ImmutableSortedDictionary<string, bool> fences)
    {
        var view = snapshot.View;
        var database = view?.Database;
        var isRunning = snapshot.IsRunning;
        var document = ReportDocument.Parse(view?.OwnReport);
        return new()
        {
            State = PatroniWords.State(snapshot),
            PostmasterStartTime = isRunning && database?.StartedAt is { } startedAt ? PatroniWords.Time(startedAt) : null,
            Role = PatroniWords.Role(snapshot),
            ServerVersion = isRunning && database!.ServerVersion > 0 ? database.ServerVersion : null,
            Xlog = isRunning ? Log(database!) : null,
            SyncStandby = snapshot.IsSynchronousStandby ? true : null,
            Timeline = isRunning ? database!.Timeline?.Number : null,
            ReplicationState = isRunning && database is { Role: DatabaseRole.Replica, IsStreaming: true } ? PatroniWords.Streaming : null,
            Replication = isRunning && database is { Standbys.IsEmpty: false } ? [.. database.Standbys.Select(standby => Replication(standby, database))] : null,
            Pause = snapshot.Policy.IsPaused ? true : null,
            ClusterUnlocked = snapshot.IsUnlocked ? true : null,
            FailsafeModeIsActive = view is { IsFailsafeActive: true } or { PromisedTo: not null } ? true : null,
            DcsLastSeen = view is { Store.IsKnown: true } ? (snapshot.UtcNow - (snapshot.Now - view.Store.ConfirmedAt)).ToUnixTimeSeconds() : 0,
            Tags = Tags(options.TagsJson),
            DatabaseSystemIdentifier = database?.SystemId is { Length: > 0 } system ? system : null,
            PendingRestart = database is { IsRestartPending: true } ? true : null,
            PendingRestartReason = database is { IsRestartPending: true } ? document?.PendingRestartReason : null,
            Patroni = new() { Version = options.Version, Scope = options.Scope, Name = options.Name },
            ScheduledRestart = view?.ScheduledRestartAt is { } at ? new() { Schedule = PatroniWords.IsoTime(at) } : null,
            WatchdogFailed = fences.TryGetValue("watchdog", out var isReady) && !isReady ? true : null,
        };
    }

    public static JsonElement? Tags(string? json) =>
        json is not null && JsonElement.Parse(json) is { ValueKind: JsonValueKind.Object } tags && tags.EnumerateObject().Any() ? tags : null;

    private static LogStatus Log(DatabaseView database) => database.Role == DatabaseRole.Primary
        ? new() { Location = database.Position.Bytes }
        : new()
        {
            ReceivedLocation = database.Position.Bytes,
            ReplayedLocation = database.ReplayPosition.Bytes,
            ReplayedTimestamp = database.ReplayedAt is { } at ? PatroniWords.Time(at) : null,
            Paused = database.IsReplayPaused,
        };

    private static ReplicationStatus Replication(StandbyConnection standby, DatabaseView database) => new()
    {
        ApplicationName = standby.Member.Text,
        State = standby.IsStreaming ? PatroniWords.Streaming : "catchup",
        SyncState = standby.IsSynchronous ? "sync" : "async",
        SyncPriority = database.Synchronous.Standbys.IndexOf(standby.Member) + 1,
    };
}
