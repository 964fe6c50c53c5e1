using Holdfast.Model;
using Xunit;

namespace Holdfast.Simulation.Tests;

/// <summary>Whole clusters, many of them: no seed may break a rule, and each must be whole again when its faults have ended.</summary>
public class SeedTests
{
    private const int SmokeSeeds = 600;
    private const int EarlyEndSeeds = 200;

    /// <summary>Four ranges, so that they may run beside each other.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(100_001)]
    [InlineData(200_001)]
    [InlineData(300_001)]
    public void No_seed_breaks_a_rule_of_safety_or_stays_broken(long first)
    {
        for (var seed = first; seed < first + SmokeSeeds; seed++)
        {
            ExpectFine(seed);
        }
    }

    /// <summary>Whoever wants the lease asks its last holder first, so a store that breaks its word costs nobody anything.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(500_001)]
    public void A_store_that_ends_sessions_early_moves_no_leader(long first)
    {
        for (var seed = first; seed < first + EarlyEndSeeds; seed++)
        {
            var result = Simulation.Run(seed, new SimulationOptions { EndsSessionsEarly = true });
            Assert.True(result.Failure is null && result.Leaders == 1, $"seed {seed}: {result.Failure ?? "the leader changed"}; replay: ./run sim --replay {seed} --early-ends");
        }
    }

    [Theory]
    [InlineData(2, SynchronousMode.On)]
    [InlineData(3, SynchronousMode.Strict)]
    [InlineData(5, SynchronousMode.Off)]
    public void A_cluster_without_faults_becomes_whole_with_one_leader(int members, SynchronousMode mode)
    {
        var result = Simulation.Run(7, new SimulationOptions { IsCalm = true, Members = members, SynchronousMode = mode });

        Assert.Null(result.Failure);
        Assert.Equal(1, result.Leaders);
        Assert.NotEqual(0, result.Acknowledged);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(42)]
    [InlineData(4711)]
    public void The_same_seed_gives_the_same_run(long seed)
    {
        var first = Simulation.Run(seed, new SimulationOptions());
        var again = Simulation.Run(seed, new SimulationOptions());

        Assert.Equal((first.Hash, first.Steps, first.At), (again.Hash, again.Steps, again.At));
    }

    [Fact]
    public void A_trace_changes_nothing_in_a_run_and_repeats_line_by_line()
    {
        var plain = Simulation.Run(11, new SimulationOptions());
        var traced = Simulation.Run(11, new SimulationOptions { IsTracing = true });
        var again = Simulation.Run(11, new SimulationOptions { IsTracing = true });

        Assert.Equal(plain.Hash, traced.Hash);
        Assert.NotEmpty(traced.Trace);
        Assert.Equal(traced.Trace, again.Trace);
    }

    [Fact]
    public void Neighbouring_seeds_give_different_runs() =>
        Assert.Equal(50, Enumerable.Range(1, 50).Select(seed => Simulation.Run(seed, new SimulationOptions { IsCalm = true }).Hash).Distinct().Count());

    internal static void ExpectFine(long seed)
    {
        var result = Simulation.Run(seed, new SimulationOptions());
        if (result.Failure is { } failure)
        {
            var trace = Simulation.Run(seed, new SimulationOptions { IsTracing = true }).Trace;
            Assert.Fail($"seed {seed} at {result.At.TotalSeconds:0.000} s: {failure}\n{string.Join('\n', trace.TakeLast(60))}\nreplay: ./run sim --replay {seed}");
        }
    }
}
