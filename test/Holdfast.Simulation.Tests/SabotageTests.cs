using Holdfast.Model;
using Xunit;

namespace Holdfast.Simulation.Tests;

/// <summary>The checks are checked: with a part that breaks its promise, some seed must soon object.</summary>
public class SabotageTests
{
    private const int SeedsMost = 400;

    [Theory]
    [InlineData(Sabotage.StoreEndsSessionsEarly, SynchronousMode.Off)]
    [InlineData(Sabotage.FencesDoNothing, SynchronousMode.Off)]
    [InlineData(Sabotage.DatabaseDoesNotWait, SynchronousMode.On)]
    [InlineData(Sabotage.DatabaseWaitsLaterThanItSays, SynchronousMode.On)]
    [InlineData(Sabotage.StandbysDoNotFlush, SynchronousMode.Strict)]
    [InlineData(Sabotage.StoreIgnoresConditions, SynchronousMode.On)]
    [InlineData(Sabotage.MembersAreNotAsked, SynchronousMode.Off)]
    public void A_part_that_breaks_its_promise_is_found_out(Sabotage sabotage, SynchronousMode mode)
    {
        ExpectObjection(new SimulationOptions { Sabotage = sabotage, SynchronousMode = mode });
    }

    [Fact]
    public void A_last_leader_that_is_not_asked_is_found_out_when_the_store_ends_its_lease_early() =>
        ExpectObjection(new SimulationOptions { Sabotage = Sabotage.MembersAreNotAsked, EndsSessionsEarly = true });

    private static void ExpectObjection(SimulationOptions options) => Assert.Contains(
        Enumerable.Range(1, SeedsMost).Select(seed => Simulation.Run(seed, options).Failure),
        failure => failure?.Contains("no recovery", StringComparison.Ordinal) == false);
}
