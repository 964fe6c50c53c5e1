using System.Collections.Immutable;
using Holdfast.Ports.Store;

namespace Holdfast.Stores.Raft.State;

/// <summary>The keys in order. A sorted list: a store holds thousands of keys, is read by prefix and written seldom.</summary>
internal sealed class KeySpace
{
    private readonly List<StoreEntry> entries = [];

    public int Count => entries.Count;

    public IReadOnlyList<StoreEntry> All => entries;

    /// <summary>What keys and values hold, in characters.</summary>
    public long Size { get; private set; }

    public StoreEntry? Find(string key)
    {
        var place = PlaceOf(key);
        return IsAt(place, key) ? entries[place] : null;
    }

    public ImmutableArray<StoreEntry> Below(string prefix)
    {
        var first = PlaceOf(prefix);
        var end = first;
        while (end < entries.Count && entries[end].Key.StartsWith(prefix, StringComparison.Ordinal))
        {
            end++;
        }

        return [.. entries[first..end]];
    }

    public void Put(StoreEntry entry)
    {
        var place = PlaceOf(entry.Key);
        Size += SizeOf(entry);
        if (IsAt(place, entry.Key))
        {
            Size -= SizeOf(entries[place]);
            entries[place] = entry;
        }
        else
        {
            entries.Insert(place, entry);
        }
    }

    public bool Remove(string key)
    {
        var place = PlaceOf(key);
        if (!IsAt(place, key))
        {
            return false;
        }

        Size -= SizeOf(entries[place]);
        entries.RemoveAt(place);
        return true;
    }

    public void Clear()
    {
        entries.Clear();
        Size = 0;
    }

    private static long SizeOf(StoreEntry entry) => entry.Key.Length + entry.Value.Length;

    private bool IsAt(int place, string key) =>
        place < entries.Count && string.Equals(entries[place].Key, key, StringComparison.Ordinal);

    private int PlaceOf(string key)
    {
        var (low, high) = (0, entries.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (string.CompareOrdinal(entries[middle].Key, key) < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
