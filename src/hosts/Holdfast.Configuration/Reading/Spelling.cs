namespace Holdfast.Configuration.Reading;

/// <summary>Guesses which known word a mistyped one was meant to be.</summary>
internal static class Spelling
{
    /// <summary>The closest known word, or null when none is close enough to be the one that was meant.</summary>
    public static string? Nearest(string word, IEnumerable<string> known)
    {
        var closest = known
            .Select(candidate => (Candidate: candidate, Distance: Distance(word.ToLowerInvariant(), candidate.ToLowerInvariant())))
            .OrderBy(pair => pair.Distance)
            .ThenBy(pair => pair.Candidate, StringComparer.Ordinal)
            .FirstOrDefault();
        return closest.Candidate is not null && closest.Distance <= Math.Max(1, Math.Min(word.Length, closest.Candidate.Length) / 3)
            ? closest.Candidate
            : null;
    }

    /// <summary>How many letters must be inserted, removed, replaced or swapped with their neighbour.</summary>
    public static int Distance(string one, string other)
    {
        var beforeLast = new int[other.Length + 1];
        var last = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var row = 1; row <= one.Length; row++)
        {
            var current = new int[other.Length + 1];
            current[0] = row;
            for (var column = 1; column <= other.Length; column++)
            {
                var replaced = last[column - 1] + (one[row - 1] == other[column - 1] ? 0 : 1);
                current[column] = Math.Min(Math.Min(last[column] + 1, current[column - 1] + 1), replaced);
                if (row > 1 && column > 1 && one[row - 1] == other[column - 2] && one[row - 2] == other[column - 1])
                {
                    current[column] = Math.Min(current[column], beforeLast[column - 2] + 1);
                }
            }

            (beforeLast, last) = (last, current);
        }

        return last[other.Length];
    }
}
