using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Kubernetes;

internal sealed record StoredKey(string Value, long Modified, string? Session);

/// <summary>All keys of a cluster, as its one object held them at one version.</summary>
internal sealed record StoredState
{
    /// <summary>So many commits are remembered by their ids.</summary>
    public const int RecentMax = 16;

    /// <summary>Null when there is no object.</summary>
    public string? Uid { get; init; }

    /// <summary>The object's resourceVersion; without an object, that of the list in which it was missing.</summary>
    public required long Version { get; init; }

    /// <summary>When a key last changed.</summary>
    public required long Revision { get; init; }

    public ImmutableSortedDictionary<string, StoredKey> Keys { get; init; } = ImmutableSortedDictionary.Create<string, StoredKey>(StringComparer.Ordinal);

    /// <summary>The sessions that keys may be written under.</summary>
    public ImmutableSortedSet<string> Sessions { get; init; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>The last commits, oldest first: whether a write without an answer happened can be read here.</summary>
    public ImmutableArray<WireCommit> Recent { get; init; } = [];

    /// <summary>
    /// The revision of a change made to this state. Its own version is not known before the write; this is the least that it can be, and no
    /// other write can have it, since a version is replaced once.
    /// </summary>
    public long NextRevision => Version + 1;

    public bool IsSameAs(StoredState other) => Uid == other.Uid && Version == other.Version;

    /// <summary>Every commit since that state is in <see cref="Recent"/>.</summary>
    public bool RemembersAllSince(StoredState other) =>
        Uid is not null && other.Uid == Uid && (Recent.Length < RecentMax || Recent[0].Revision <= other.Revision);

    public StoreImage Image(string prefix) => new(
        new Revision(Revision), [.. Keys.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => Entry(pair.Key, pair.Value))]);

    /// <summary>What became different below a prefix; null when nothing did.</summary>
    public StoreChange? ChangeTo(StoredState next, string prefix)
    {
        ImmutableArray<StoreEntry> written =
        [
            .. next.Keys.Where(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal) && (!Keys.TryGetValue(pair.Key, out var old) || old != pair.Value))
                .Select(pair => Entry(pair.Key, pair.Value)),
        ];
        ImmutableArray<string> deleted = [.. Keys.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && !next.Keys.ContainsKey(key))];
        return written.IsEmpty && deleted.IsEmpty ? null : new StoreChange(new Revision(next.Revision), written, deleted);
    }

    private static StoreEntry Entry(string key, StoredKey stored) =>
        new(key, stored.Value, new Revision(stored.Modified), stored.Session is { } session ? new SessionId(session) : null);
}
