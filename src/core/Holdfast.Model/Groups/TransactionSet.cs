using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Holdfast.Model.Groups;

/// <summary>
/// Which transactions a database holds, where they are numbered by their origin: MySQL's GTID sets
/// (<c>uuid:1-100:105,uuid:tag:1-3</c>; MySQL Reference Manual, "GTID Sets"). Two sets may each lack what the other has.
/// </summary>
public sealed class TransactionSet : IEquatable<TransactionSet>
{
    public static readonly TransactionSet Empty = new(ImmutableSortedDictionary<string, ImmutableArray<TransactionRange>>.Empty);

    private readonly ImmutableSortedDictionary<string, ImmutableArray<TransactionRange>> origins;

    private TransactionSet(ImmutableSortedDictionary<string, ImmutableArray<TransactionRange>> origins) => this.origins = origins;

    /// <summary>How many transactions there are in it.</summary>
    public long Count => origins.Values.Sum(ranges => ranges.Sum(range => range.Last - range.First + 1));

    /// <summary>Null when the text is no such set.</summary>
    public static TransactionSet? Parse(string text)
    {
        var found = new SortedDictionary<string, List<TransactionRange>>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var words = part.Split(':', StringSplitOptions.TrimEntries);
            var origin = words[0].ToLowerInvariant();
            if (origin.Length == 0 || words.Length < 2 || IsTag(words[^1]))
            {
                return null;
            }

            var present = origin;
            for (var at = 1; at < words.Length; at++)
            {
                var word = words[at];
                if (IsTag(word) && !IsTag(words[at + 1]))
                {
                    // A tag; the ranges after it belong to it.
                    present = $"{origin}:{word.ToLowerInvariant()}";
                }
                else if (ParseRange(word) is { } range)
                {
                    if (!found.TryGetValue(present, out var ranges))
                    {
                        found[present] = ranges = [];
                    }

                    ranges.Add(range);
                }
                else
                {
                    return null;
                }
            }
        }

        return new(found.ToImmutableSortedDictionary(pair => pair.Key, pair => Merged(pair.Value), StringComparer.Ordinal));
    }

    /// <summary>Every transaction of the other set is in this one.</summary>
    public bool Contains(TransactionSet other) => other.Except(this).origins.IsEmpty;

    /// <summary>What is in either.</summary>
    public TransactionSet Union(TransactionSet other)
    {
        var result = origins.ToBuilder();
        foreach (var (origin, ranges) in other.origins)
        {
            result[origin] = Merged([.. Ranges(origin), .. ranges]);
        }

        return new(result.ToImmutable());
    }

    /// <summary>What is in this one and not in the other.</summary>
    public TransactionSet Except(TransactionSet other)
    {
        var result = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<TransactionRange>>(StringComparer.Ordinal);
        foreach (var (origin, ranges) in origins)
        {
            var left = Without(ranges, other.Ranges(origin));
            if (!left.IsEmpty)
            {
                result[origin] = left;
            }
        }

        return new(result.ToImmutable());
    }

    public bool Equals(TransactionSet? other) =>
        other is not null && origins.Count == other.origins.Count && origins.All(pair => other.Ranges(pair.Key).SequenceEqual(pair.Value));

    public override bool Equals(object? obj) => Equals(obj as TransactionSet);

    public override int GetHashCode() => HashCode.Combine(origins.Count, Count);

    /// <summary>As MySQL writes it.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (origin, ranges) in origins)
        {
            text.Append(text.Length > 0 ? "," : "").Append(origin);
            foreach (var range in ranges)
            {
                text.Append(CultureInfo.InvariantCulture, $":{range.First}");
                if (range.Last != range.First)
                {
                    text.Append(CultureInfo.InvariantCulture, $"-{range.Last}");
                }
            }
        }

        return text.ToString();
    }

    private ImmutableArray<TransactionRange> Ranges(string origin) => origins.GetValueOrDefault(origin, []);

    private static bool IsTag(string word) => word.Length > 0 && (char.IsAsciiLetter(word[0]) || word[0] == '_');

    /// <summary>MySQL numbers up to one less than the greatest number.</summary>
    private static TransactionRange? ParseRange(string word)
    {
        var ends = word.Split('-');
        return ends.Length <= 2
            && long.TryParse(ends[0], NumberStyles.None, CultureInfo.InvariantCulture, out var first)
            && long.TryParse(ends[^1], NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            && first > 0 && last >= first && last < long.MaxValue
                ? new(first, last)
                : null;
    }

    private static ImmutableArray<TransactionRange> Merged(List<TransactionRange> ranges)
    {
        var result = ImmutableArray.CreateBuilder<TransactionRange>();
        foreach (var range in ranges.OrderBy(range => range.First))
        {
            if (result.Count > 0 && range.First <= result[^1].Last + 1)
            {
                result[^1] = result[^1] with { Last = Math.Max(result[^1].Last, range.Last) };
            }
            else
            {
                result.Add(range);
            }
        }

        return result.ToImmutable();
    }

    private static ImmutableArray<TransactionRange> Without(ImmutableArray<TransactionRange> from, ImmutableArray<TransactionRange> removed)
    {
        var result = ImmutableArray.CreateBuilder<TransactionRange>();
        foreach (var range in from)
        {
            var first = range.First;
            foreach (var gap in removed)
            {
                if (gap.Last < first || gap.First > range.Last)
                {
                    continue;
                }

                if (gap.First > first)
                {
                    result.Add(new(first, gap.First - 1));
                }

                first = gap.Last + 1;
            }

            if (first <= range.Last)
            {
                result.Add(new(first, range.Last));
            }
        }

        return result.ToImmutable();
    }

    /// <summary>From the first to the last, both of them in it.</summary>
    private readonly record struct TransactionRange(long First, long Last);
}
