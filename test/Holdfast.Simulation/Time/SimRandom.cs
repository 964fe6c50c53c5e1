namespace Holdfast.Simulation.Time;

/// <summary>The one source of chance in a run: the same seed gives the same sequence on every machine.</summary>
internal sealed class SimRandom(long seed)
{
    // Mixed first: the sequences of neighbouring seeds must not be one sequence, shifted.
    private ulong state = Mix(Mix(unchecked((ulong)seed + 0x632BE59BD9B4E019UL)));

    public ulong Next()
    {
        state = unchecked(state + 0x9E3779B97F4A7C15UL);
        return Mix(state);
    }

    /// <summary>A number from zero to one less than the limit.</summary>
    public int Below(int limit) => (int)(Next() % (ulong)limit);

    public bool Chance(double probability) => (Next() >> 11) * (1.0 / (1UL << 53)) < probability;

    /// <summary>A duration between two, in milliseconds.</summary>
    public TimeSpan Milliseconds(double least, double most) =>
        TimeSpan.FromTicks((long)((least + ((Next() >> 11) * (1.0 / (1UL << 53)) * (most - least))) * TimeSpan.TicksPerMillisecond));

    public TimeSpan Seconds(double least, double most) => Milliseconds(least * 1000, most * 1000);

    public T Pick<T>(IReadOnlyList<T> items) => items[Below(items.Count)];

    private static ulong Mix(ulong z)
    {
        z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL);
        z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EBUL);
        return z ^ (z >> 31);
    }
}
