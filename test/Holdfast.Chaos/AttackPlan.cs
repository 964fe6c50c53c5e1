namespace Holdfast.Chaos;

/// <summary>Chooses what goes wrong in a round; the seed is all it chooses by.</summary>
internal static class AttackPlan
{
    private const double StartMaxSeconds = 4;
    private const double LastsMaxSeconds = 12;

    /// <summary>How many attacks a round has: often one, seldom three.</summary>
    private static readonly (int Count, int Weight)[] Counts = [(1, 5), (2, 3), (3, 2)];

    private static readonly (AttackKind Kind, int Weight)[] Kinds =
    [
        (AttackKind.KillAgent, 4),
        (AttackKind.KillGuard, 2),
        (AttackKind.KillPostmaster, 4),
        (AttackKind.KillBackend, 2),
        (AttackKind.KillReplication, 2),
        (AttackKind.KillNode, 4),
        (AttackKind.FreezeAgent, 3),
        (AttackKind.FreezeNode, 3),
    ];

    private static readonly (Victim Victim, int Weight)[] Victims =
    [
        (Victim.Primary, 5),
        (Victim.SynchronousStandby, 3),
        (Victim.OtherReplica, 2),
        (Victim.Everybody, 1),
    ];

    public static IReadOnlyList<Attack> Of(int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, Choose(random, Counts)).Select(index => new Attack(
                Choose(random, Kinds),
                Choose(random, Victims),
                index == 0 ? TimeSpan.Zero : TimeSpan.FromSeconds(random.NextDouble() * StartMaxSeconds),
                TimeSpan.FromSeconds(random.NextDouble() * LastsMaxSeconds))),
        ];
    }

    private static T Choose<T>(Random random, (T Value, int Weight)[] weighted)
    {
        var at = random.Next(weighted.Sum(entry => entry.Weight));
        return weighted.First(entry => (at -= entry.Weight) < 0).Value;
    }
}
