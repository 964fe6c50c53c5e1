using Holdfast.Chaos;

namespace Holdfast.EndToEnd.Tests;

/// <summary>The kinds of damage that differ most, one round each, on one cluster; <c>./run chaos</c> does many of all kinds.</summary>
[Collection(nameof(Alone))]
public sealed class ChaosTests
{
    private static readonly IReadOnlyList<Attack>[] Rounds =
    [
        [new(AttackKind.KillPostmaster, Victim.Primary, TimeSpan.Zero, TimeSpan.Zero)],
        [new(AttackKind.KillNode, Victim.Primary, TimeSpan.Zero, TimeSpan.FromSeconds(1)), new(AttackKind.KillAgent, Victim.OtherReplica, TimeSpan.FromSeconds(1), TimeSpan.Zero)],
        [new(AttackKind.FreezeNode, Victim.Primary, TimeSpan.Zero, TimeSpan.FromSeconds(8))],
        [new(AttackKind.KillNode, Victim.Everybody, TimeSpan.Zero, TimeSpan.FromSeconds(1))],
    ];

    [Fact]
    public async Task Acknowledged_rows_survive_crashes_freezes_and_a_power_cut_and_the_cluster_is_whole_again()
    {
        await using var chaos = await ChaosRun.StartAsync([CommandLine.Program], TimeProvider.System, TestContext.Current.CancellationToken);
        for (var round = 0; round < Rounds.Length; round++)
        {
            var result = await chaos.AttackAsync(round, Rounds[round], TestContext.Current.CancellationToken);
            TestContext.Current.SendDiagnosticMessage(result.ToString());
            if (!result.IsGood)
            {
                chaos.KeepFiles();
            }

            Assert.True(result.IsGood, $"{result}; the logs are kept in {chaos.Directory}");
        }
    }

    [Fact]
    public void A_seed_means_the_same_on_every_run_and_seeds_reach_every_kind_and_victim()
    {
        var plans = Enumerable.Range(1, 200).Select(AttackPlan.Of).ToList();

        Assert.Equal(plans.SelectMany(plan => plan), Enumerable.Range(1, 200).SelectMany(AttackPlan.Of));
        Assert.Equal(Enum.GetValues<AttackKind>(), plans.SelectMany(plan => plan).Select(attack => attack.Kind).Distinct().Order());
        Assert.Equal(Enum.GetValues<Victim>(), plans.SelectMany(plan => plan).Select(attack => attack.Victim).Distinct().Order());
    }
}
