using System.Collections.Immutable;

namespace Holdfast.Configuration.Yaml;

/// <summary>Where a piece of the configuration was written.</summary>
internal sealed record Origin(string File, int Line, int Column);

/// <summary>A configuration as a tree whose every node knows where it was written; files and environment variables alike.</summary>
internal abstract record ConfigNode(Origin Origin)
{
    /// <summary>A single value; a quoted one is a text whatever it looks like.</summary>
    public sealed record Scalar(Origin Origin, string Text, bool IsQuoted) : ConfigNode(Origin);

    public sealed record Sequence(Origin Origin, ImmutableArray<ConfigNode> Items) : ConfigNode(Origin);

    public sealed record Mapping(Origin Origin, ImmutableArray<Entry> Entries) : ConfigNode(Origin)
    {
        public Entry? Find(string key) => Entries.FirstOrDefault(entry => entry.Key == key);

        /// <summary>The same with the other's entries laid over it, level by level.</summary>
        public Mapping OverlaidBy(Mapping upper)
        {
            var entries = Entries.ToBuilder();
            foreach (var entry in upper.Entries)
            {
                var place = entries.FindIndex(own => own.Key == entry.Key);
                if (place < 0)
                {
                    entries.Add(entry);
                }
                else
                {
                    entries[place] = entries[place].Value is Mapping lower && entry.Value is Mapping over
                        ? entries[place] with { Value = lower.OverlaidBy(over) }
                        : entry;
                }
            }

            return this with { Entries = entries.ToImmutable() };
        }
    }

    public sealed record Entry(Origin Origin, string Key, ConfigNode Value);
}

file static class BuilderSearch
{
    public static int FindIndex(this ImmutableArray<ConfigNode.Entry>.Builder entries, Predicate<ConfigNode.Entry> predicate)
    {
        for (var index = 0; index < entries.Count; index++)
        {
            if (predicate(entries[index]))
            {
                return index;
            }
        }

        return -1;
    }
}
