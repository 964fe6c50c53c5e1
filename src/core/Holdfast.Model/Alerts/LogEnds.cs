using System.Collections.Immutable;

namespace Holdfast.Model.Alerts;

/// <summary>Where this primary's log ended at moments of the last minutes: a replica is as late as the last moment at which it ended where the replica is now.</summary>
public sealed record LogEnds(ImmutableArray<(TimeSpan At, LogPosition End)> Moments)
{
    public static readonly LogEnds Empty = new([]);

    private const int MomentsMax = 240;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    public LogEnds With(TimeSpan now, LogPosition end) => Moments switch
    {
        [.., var last] when now - last.At < Every => this,

        // A new primary may begin below where the old one ended: what was measured against that one is void.
        [.., var last] when end < last.End => new([(now, end)]),
        { Length: >= MomentsMax } => new([.. Moments.RemoveAt(0), (now, end)]),
        _ => new([.. Moments, (now, end)]),
    };

    /// <summary>Zero for one that has replayed everything, however long ago that was written.</summary>
    public TimeSpan LagOf(LogPosition replayed, LogPosition end, TimeSpan now)
    {
        if (replayed >= end || Moments.IsEmpty)
        {
            return TimeSpan.Zero;
        }

        for (var index = Moments.Length - 1; index >= 0; index--)
        {
            if (Moments[index].End <= replayed)
            {
                // From then on it had something to replay.
                return now - (index + 1 < Moments.Length ? Moments[index + 1].At : now);
            }
        }

        return now - Moments[0].At;
    }

    public bool Equals(LogEnds? other) => other is not null && Moments.SequenceEqual(other.Moments);

    public override int GetHashCode() => Moments.Length;
}
