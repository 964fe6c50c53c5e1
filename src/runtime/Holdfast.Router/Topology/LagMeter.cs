using Holdfast.Model;

namespace Holdfast.Router.Topology;

/// <summary>
/// How far replicas are behind in time, by this router's clock alone: a replica is as late as the last moment at which the primary's log
/// ended where the replica is now.
/// </summary>
internal sealed class LagMeter
{
    private const int KeptMax = 900;
    private readonly Queue<(TimeSpan At, LogPosition Position)> primary = new();

    public LogPosition? PrimaryPosition { get; private set; }

    public void SawPrimary(TimeSpan now, LogPosition position)
    {
        // A new primary may begin below where the old one ended: what was measured against that one is void.
        if (PrimaryPosition is { } last && position < last)
        {
            primary.Clear();
        }

        PrimaryPosition = position;
        primary.Enqueue((now, position));
        if (primary.Count > KeptMax)
        {
            primary.Dequeue();
        }
    }

    /// <summary>Null until the primary was heard.</summary>
    public TimeSpan? LagOf(LogPosition replayed, TimeSpan now)
    {
        if (PrimaryPosition is not { } position)
        {
            return null;
        }

        if (replayed >= position)
        {
            return TimeSpan.Zero;
        }

        TimeSpan? caughtUp = null;
        foreach (var (at, past) in primary)
        {
            if (past <= replayed)
            {
                caughtUp = at;
            }
        }

        return now - (caughtUp ?? primary.Peek().At);
    }
}
