using Holdfast.Model;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Raft.State;

/// <summary>The last changes, for watchers that resume; bounded in number and size.</summary>
internal sealed class ChangeHistory(int countMax, long charactersMax)
{
    private readonly Queue<StoreChange> changes = new();
    private long characters;

    /// <summary>Changes after this revision are all here.</summary>
    public Revision Floor { get; private set; } = Revision.Absent;

    public void Add(StoreChange change)
    {
        changes.Enqueue(change);
        characters += SizeOf(change);
        while (changes.Count > countMax || (characters > charactersMax && changes.Count > 1))
        {
            var oldest = changes.Dequeue();
            characters -= SizeOf(oldest);
            Floor = oldest.Revision;
        }
    }

    public void Reset(Revision floor)
    {
        changes.Clear();
        characters = 0;
        Floor = floor;
    }

    /// <summary>Null when some of them are gone.</summary>
    public List<StoreChange>? After(Revision revision, string prefix) => revision < Floor
        ? null
        : [.. changes.Where(change => change.Revision > revision).Select(change => Below(change, prefix)).OfType<StoreChange>()];

    /// <summary>The part of a change that concerns a prefix; null when none does.</summary>
    public static StoreChange? Below(StoreChange change, string prefix)
    {
        if (prefix.Length == 0)
        {
            return change;
        }

        var written = change.Written.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        var deleted = change.Deleted.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToArray();
        return written.Length + deleted.Length == 0 ? null : new StoreChange(change.Revision, [.. written], [.. deleted]);
    }

    private static long SizeOf(StoreChange change) =>
        64 + change.Written.Sum(entry => entry.Key.Length + entry.Value.Length + 64L) + change.Deleted.Sum(key => key.Length + 32L);
}
