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
        var options = new SimulationOptions { Sabotage = sabotage, SynchronousMode = mode };
        Assert.Contains(
            Enumerable.Range(1, SeedsMost).Select(seed => Simulation.Run(seed, options).Failure),
            failure => failure?.Contains("no recovery", StringComparison.Ordinal) == false);
    }
}
