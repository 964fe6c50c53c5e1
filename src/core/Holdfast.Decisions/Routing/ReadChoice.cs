using Holdfast.Model;

namespace Holdfast.Decisions.Routing;

public enum ReadBalance
{
    LeastConnections,
    RoundRobin,
}

/// <summary>One member that may take a read, as the choice sees it.</summary>
/// <param name="Name">The member.</param>
/// <param name="Connections">How many it has of this router.</param>
/// <param name="IsNear">It is in the preferred zone, or there is none.</param>
/// <param name="Share">From above 0 to 1: a member that has just returned takes less than its share.</param>
public readonly record struct ReadCandidate(MemberName Name, int Connections, bool IsNear, double Share);

/// <summary>Which replica takes the next connection.</summary>
public static class ReadChoice
{
    /// <summary>Near ones before far ones, then by the balance. The index of the chosen candidate; -1 when there is none.</summary>
    /// <param name="balance">How the load is shared.</param>
    /// <param name="candidates">In a stable order.</param>
    /// <param name="turn">Grows by one with every call.</param>
    public static int Choose(ReadBalance balance, ReadOnlySpan<ReadCandidate> candidates, uint turn)
    {
        var anyNear = false;
        foreach (var candidate in candidates)
        {
            anyNear |= candidate.IsNear;
        }

        return balance == ReadBalance.RoundRobin ? InTurn(candidates, anyNear, turn) : LeastLoaded(candidates, anyNear, turn);
    }

    private static int LeastLoaded(ReadOnlySpan<ReadCandidate> candidates, bool anyNear, uint turn)
    {
        var best = -1;
        for (var step = 0; step < candidates.Length; step++)
        {
            // Beginning elsewhere each time, equal members take turns.
            var index = (int)((turn + (uint)step) % (uint)candidates.Length);
            var candidate = candidates[index];
            if (candidate.IsNear == anyNear && (best < 0 || Weight(candidate) < Weight(candidates[best])))
            {
                best = index;
            }
        }

        return best;
    }

    private static int InTurn(ReadOnlySpan<ReadCandidate> candidates, bool anyNear, uint turn)
    {
        var best = -1;
        for (var step = 0; step < candidates.Length; step++)
        {
            var index = (int)((turn + (uint)step) % (uint)candidates.Length);
            if (candidates[index].IsNear != anyNear)
            {
                continue;
            }

            // Whoever is returning lets the others go before it, except in its share of the rounds.
            if (turn / (uint)candidates.Length % 16 < Math.Ceiling(candidates[index].Share * 16))
            {
                return index;
            }

            best = best < 0 ? index : best;
        }

        return best;
    }

    private static double Weight(ReadCandidate candidate) => (candidate.Connections + 1) / candidate.Share;
}
