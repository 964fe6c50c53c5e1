using System.Collections.Frozen;
using System.Globalization;
using System.Text.Json;
using Holdfast.Api.Status;
using Holdfast.Decisions.Configuration;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Health;

/// <summary>Answers load balancers: 200 when this member is what the path asks for, 503 otherwise.</summary>
internal static class HealthCheck
{
    public const int Ok = StatusCodes.Status200OK;
    public const int No = StatusCodes.Status503ServiceUnavailable;

    private const string TagPrefix = "tag_";

    private static readonly FrozenSet<string> Checks = FrozenSet.ToFrozenSet(
        [
            "", "primary", "master", "read-write", "leader", "standby-leader", "health", "liveness", "readiness", "replica", "read-only", "sync", "synchronous",
            "async", "asynchronous", "quorum", "read-only-sync", "read-only-synchronous", "read-only-quorum",
        ],
        StringComparer.Ordinal);

    /// <summary>What tells by its status alone.</summary>
    public static bool IsCheck(string path) => Checks.Contains(NameOf(path));

    /// <summary>The status for a path; one that is no check of ours is a 503, as a load balancer should not send clients there.</summary>
    public static int Status(string path, IQueryCollection query, MemberSnapshot snapshot, string? tagsJson)
    {
        var asked = NameOf(path);
        var isReplica = () => IsReplica(query, snapshot) && snapshot.View!.Tags.NoLoadBalance == false;
        var isSynchronous = snapshot.IsSynchronousStandby;
        return asked switch
        {
            "" or "primary" or "master" or "read-write" or "leader" => Answer(snapshot.IsPrimary),
            "health" => Answer(snapshot.IsRunning),
            "replica" => Answer(isReplica() && TagsMatch(query, tagsJson)),
            "read-only" => Answer((snapshot.IsPrimary || isReplica()) && TagsMatch(query, tagsJson)),
            "sync" or "synchronous" => Answer(!snapshot.StoreIsAway && isSynchronous && isReplica() && TagsMatch(query, tagsJson)),
            "async" or "asynchronous" => Answer(!snapshot.StoreIsAway && !isSynchronous && isReplica() && TagsMatch(query, tagsJson)),
            "read-only-sync" or "read-only-synchronous" =>
                Answer(!snapshot.StoreIsAway && (snapshot.IsPrimary || (isSynchronous && isReplica())) && TagsMatch(query, tagsJson)),
            "read-only-quorum" => Answer(!snapshot.StoreIsAway && snapshot.IsPrimary && TagsMatch(query, tagsJson)),

            // Neither a quorum of standbys nor a standby cluster exists yet, so nobody is one.
            "quorum" or "standby-leader" => No,
            _ => No,
        };
    }

    /// <summary>The loop turns, or need not.</summary>
    public static int Liveness(MemberSnapshot snapshot)
    {
        var isPrimary = snapshot.View is { Database.IsRunningPrimary: true };
        var limit = snapshot.Policy.LoopWait + (snapshot.Policy.TimeToLive * (isPrimary ? 1 : 2));
        return Answer(snapshot.Policy.IsPaused || snapshot.ViewAge < limit);
    }

    /// <summary>The member is the leader, or streams and is not behind.</summary>
    public static int Readiness(IQueryCollection query, MemberSnapshot snapshot)
    {
        if (snapshot.HoldsLease)
        {
            return Ok;
        }

        if (snapshot.StoreIsAway || !snapshot.IsReplica || snapshot.View is not { Database.IsStreaming: true } view)
        {
            return No;
        }

        var reached = query["mode"] == "write" ? view.Database.Position : view.Database.ReplayPosition;
        var lagMax = LagMax(query) ?? snapshot.Policy.MaximumLagOnFailoverBytes;
        return Answer(snapshot.LeaderPositionBytes - reached.Bytes <= lagMax);
    }

    private static bool IsReplica(IQueryCollection query, MemberSnapshot snapshot)
    {
        if (!snapshot.IsReplica)
        {
            return false;
        }

        var database = snapshot.View!.Database;

        // A group counts transactions, a log bytes.
        var behind = database.Group?.ApplyBacklog ?? snapshot.LeaderPositionBytes - database.ReplayPosition.Bytes;
        var isBehind = LagMax(query) is { } lagMax && behind > lagMax;
        var state = query["replication_state"].ToString();
        return !isBehind && (state.Length == 0 || (state == PatroniWords.Streaming && database.IsStreaming));
    }

    private static long? LagMax(IQueryCollection query) =>
        query["lag"].FirstOrDefault() is { } text && Quantities.TryParse(text, Quantities.Bytes, out var bytes) ? bytes : null;

    private static bool TagsMatch(IQueryCollection query, string? tagsJson)
    {
        var asked = query.Where(pair => pair.Key.StartsWith(TagPrefix, StringComparison.Ordinal)).ToList();
        return asked.Count == 0
            || (tagsJson is not null && JsonElement.Parse(tagsJson) is var tags && asked.TrueForAll(pair => TagText(tags, pair.Key[TagPrefix.Length..]) == pair.Value.FirstOrDefault()));
    }

    private static string? TagText(JsonElement tags, string name) =>
        !tags.TryGetProperty(name, out var tag) ? null : tag.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => tag.GetString(),
            _ => tag.GetRawText().ToLower(CultureInfo.InvariantCulture),
        };

    private static string NameOf(string path) => path.Trim('/').Replace('_', '-');

    private static int Answer(bool isTrue) => isTrue ? Ok : No;
}
