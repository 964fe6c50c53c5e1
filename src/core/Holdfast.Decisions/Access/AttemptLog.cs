using System.Collections.Immutable;

namespace Holdfast.Decisions.Access;

/// <summary>A request that changed nothing: it was refused, or was a login.</summary>
/// <param name="Kind">As the audit trail has it.</param>
/// <param name="Who">By the name that was proven, or from where.</param>
/// <param name="What">The endpoint.</param>
/// <param name="Status">Of HTTP; empty for several.</param>
/// <param name="Answer">The reason in words.</param>
public sealed record Attempt(string Kind, string Who, string What, string Status, string Answer)
{
    internal static Attempt OthersOf(Attempt one) => new(one.Kind, one.Who, "other requests", "", "");

    internal static Attempt Others { get; } = new("operation", "several", "other requests", "", "");
}

/// <summary>How often an attempt was made again after it was written down, or told, last.</summary>
public sealed record RepeatedAttempt(Attempt Attempt, int Times);

/// <summary>
/// Which attempts are written down, so that whoever repeats one does not fill the trail: each once, and at the end of its window how often it was
/// repeated. Somebody who varies them is counted after a few, and so are all together.
/// </summary>
public sealed record AttemptLog
{
    /// <summary>How many different ones are written for one person within a window.</summary>
    public const int PersonMax = 5;

    /// <summary>How many different ones are written for everybody within a window.</summary>
    public const int DifferentMax = 30;

    public static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    public static AttemptLog Empty { get; } = new();

    private ImmutableDictionary<Attempt, Count> Counts { get; init; } = ImmutableDictionary<Attempt, Count>.Empty;

    /// <summary>Notes an attempt, and says whether it is written down now.</summary>
    public (AttemptLog Next, bool IsWritten) Note(Attempt attempt, TimeSpan now)
    {
        var counted = Counts.ContainsKey(attempt) ? attempt
            : Counts.Keys.Count(known => known.Who == attempt.Who) >= PersonMax ? Attempt.OthersOf(attempt)
            : Counts.Count >= DifferentMax ? Attempt.Others
            : attempt;
        var isWritten = counted == attempt && !Counts.ContainsKey(attempt);
        var count = Counts.GetValueOrDefault(counted) ?? new(now, 0);
        return (this with { Counts = Counts.SetItem(counted, isWritten ? count : count with { Repeats = count.Repeats + 1 }) }, isWritten);
    }

    /// <summary>What is to be told now since its window has ended. One that goes on begins another window, and one that has ended is forgotten.</summary>
    public (AttemptLog Next, ImmutableArray<RepeatedAttempt> Told) Tell(TimeSpan now)
    {
        var ended = Counts.Where(entry => now - entry.Value.Since >= Window).ToList();
        return (
            this with
            {
                Counts = Counts
                    .RemoveRange(ended.Where(entry => entry.Value.Repeats == 0).Select(entry => entry.Key))
                    .SetItems(ended.Where(entry => entry.Value.Repeats > 0).Select(entry => KeyValuePair.Create(entry.Key, new Count(now, 0)))),
            },
            [.. ended.Where(entry => entry.Value.Repeats > 0).OrderBy(entry => entry.Value.Since).Select(entry => new RepeatedAttempt(entry.Key, entry.Value.Repeats))]);
    }

    private sealed record Count(TimeSpan Since, int Repeats);
}
