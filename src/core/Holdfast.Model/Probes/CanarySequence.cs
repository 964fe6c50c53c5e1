using System.Collections.Immutable;

namespace Holdfast.Model.Probes;

/// <summary>
/// The numbers that one prober writes. Each is used once, since a write that failed may have happened all the same; so a row that holds
/// less than the last acknowledged number proves that acknowledged writes are gone.
/// </summary>
public sealed record CanarySequence
{
    /// <summary>How many acknowledged numbers are remembered: a loss counts no more.</summary>
    public const int RememberedMax = 1024;

    public static readonly CanarySequence Empty = new();

    /// <summary>The last number that may have been written; 0: none.</summary>
    public long Last { get; private init; }

    private ImmutableSortedSet<long> Acknowledged { get; init; } = [];

    /// <summary>Takes up what the row holds before a write: what is lost of it, and the number to write next.</summary>
    /// <param name="row">Null: there is no row.</param>
    public (CanarySequence Next, int Lost) Write(long? row)
    {
        var found = row ?? 0;
        var lost = Acknowledged.Reverse().TakeWhile(number => number > found).ToArray();
        return (this with { Last = Math.Max(Last, found) + 1, Acknowledged = lost.Length > 0 ? Acknowledged.Except(lost) : Acknowledged }, lost.Length);
    }

    /// <summary>The server has acknowledged the last number.</summary>
    public CanarySequence Acknowledge()
    {
        var acknowledged = Acknowledged.Add(Last);
        return this with { Acknowledged = acknowledged.Count > RememberedMax ? acknowledged.Remove(acknowledged.Min) : acknowledged };
    }
}
