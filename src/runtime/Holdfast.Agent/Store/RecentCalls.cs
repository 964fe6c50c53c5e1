using Holdfast.Model.Alerts;

namespace Holdfast.Agent.Store;

/// <summary>How the store has served of late: its last calls, from any thread.</summary>
internal sealed class RecentCalls
{
    private const int Kept = 32;
    private const int Least = 8;
    private readonly Lock gate = new();
    private readonly TimeSpan?[] answers = new TimeSpan?[Kept];
    private long count;
    private StoreHealth? health = StoreHealth.Unknown;

    public StoreHealth Health
    {
        get
        {
            lock (gate)
            {
                return health ??= Compute();
            }
        }
    }

    /// <param name="answered">How long the answer took; null when there was none.</param>
    public void Add(TimeSpan? answered)
    {
        lock (gate)
        {
            answers[count++ % Kept] = answered;
            health = null;
        }
    }

    private StoreHealth Compute()
    {
        var calls = answers.AsSpan(0, (int)Math.Min(count, Kept));
        if (calls.Length < Least)
        {
            return StoreHealth.Unknown;
        }

        var answered = new List<TimeSpan>(Kept);
        foreach (var call in calls)
        {
            if (call is { } answer)
            {
                answered.Add(answer);
            }
        }

        answered.Sort();
        return new(answered.Count == 0 ? null : answered[answered.Count / 2], 100d * (calls.Length - answered.Count) / calls.Length, null);
    }
}
