using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Ports.Store;
using Holdfast.StoreLayout;

namespace Holdfast.ClusterState;

/// <summary>The cluster's audit trail in the store: one key an entry, the oldest of which go when there are too many.</summary>
public static class AuditTrail
{
    /// <summary>Some stores hold a whole cluster in one object of a megabyte.</summary>
    private const int EntriesMax = 200;

    private const int AttemptsMax = 100;

    public static ImmutableArray<AuditEntry> Read(ClusterKeys keys, IEnumerable<StoreEntry> entries) => ReadBelow(keys.AuditPrefix, entries);

    /// <summary>Logins and refused requests: a second trail, so that they put nothing out of the first one.</summary>
    public static ImmutableArray<AuditEntry> ReadAttempts(ClusterKeys keys, IEnumerable<StoreEntry> entries) => ReadBelow(keys.AttemptsPrefix, entries);

    /// <summary>The next entry after these, to be written if nobody else has written one meanwhile.</summary>
    /// <param name="keys">Of the cluster.</param>
    /// <param name="trail">All that the store holds, oldest first.</param>
    /// <param name="entry">Its number and seals are set here.</param>
    public static (StoreCondition Condition, ImmutableArray<StoreWrite> Writes) Append(ClusterKeys keys, ImmutableArray<AuditEntry> trail, AuditEntry entry) =>
        AppendBelow(keys.AuditPrefix, EntriesMax, trail, entry);

    /// <summary>The same for a login or a refused request.</summary>
    public static (StoreCondition Condition, ImmutableArray<StoreWrite> Writes) AppendAttempt(ClusterKeys keys, ImmutableArray<AuditEntry> trail, AuditEntry entry) =>
        AppendBelow(keys.AttemptsPrefix, AttemptsMax, trail, entry);

    private static ImmutableArray<AuditEntry> ReadBelow(string prefix, IEnumerable<StoreEntry> entries) =>
    [
        .. entries
            .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(entry => entry.Key, StringComparer.Ordinal)
            .Select(entry => Parse(entry.Value) ?? Damaged(entry.Key[prefix.Length..])),
    ];

    private static (StoreCondition Condition, ImmutableArray<StoreWrite> Writes) AppendBelow(string prefix, int entriesMax, ImmutableArray<AuditEntry> trail, AuditEntry entry)
    {
        var last = trail.LastOrDefault();
        var next = (entry with { Number = (last?.Number ?? 0) + 1, Previous = last?.Seal ?? AuditEntry.Beginning }).Sealed();
        return (
            new StoreCondition(ClusterKeys.Numbered(prefix, next.Number), Model.Revision.Absent),
            [
                new StoreWrite.Put(ClusterKeys.Numbered(prefix, next.Number), JsonSerializer.Serialize(next, ApiJson.Wire.AuditEntry), null),
                .. trail.Take(Math.Max(0, trail.Length + 1 - entriesMax)).Select(old => new StoreWrite.Delete(ClusterKeys.Numbered(prefix, old.Number))),
            ]);
    }

    /// <summary>It keeps its number, so that others are written after it, and no seal, so that it shows.</summary>
    private static AuditEntry Damaged(string number) => new()
    {
        Number = long.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var known) ? known : 0,
        At = DateTimeOffset.UnixEpoch,
        Kind = "damaged",
        Who = "",
        What = "this entry cannot be read",
        Previous = "",
    };

    private static AuditEntry? Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, ApiJson.Wire.AuditEntry);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
