using Holdfast.Simulation.Checks;
using Holdfast.Simulation.Faults;

namespace Holdfast.Simulation;

/// <summary>Runs one seed from the cluster's birth, through its faults, to the day when everything is well again.</summary>
public static class Simulation
{
    private static readonly TimeSpan ChaosFrom = TimeSpan.FromSeconds(8);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    public static SimulationResult Run(long seed, SimulationOptions options)
    {
        var before = SynchronizationContext.Current;
        SynchronizationContext.SetSynchronizationContext(null);
        try
        {
            return RunWorld(seed, options);
        }
        finally
        {
            SynchronizationContext.SetSynchronizationContext(before);
        }
    }

    private static SimulationResult RunWorld(long seed, SimulationOptions options)
    {
        var world = new SimWorld(seed, options);
        var health = new Health(world);
        world.Begin();
        RunUntilHealthy(world, health, TimeSpan.FromSeconds(90), "since its birth");
        if (!options.IsCalm && world.Check.Failure is null)
        {
            var faults = new FaultInjector(world);
            var start = world.Scheduler.Now > ChaosFrom ? world.Scheduler.Now : ChaosFrom;
            var end = start + world.Random.Seconds(20, 60);
            if (options.EndsSessionsEarly)
            {
                faults.PlanEarlyEnds(start, end);
            }
            else
            {
                faults.Plan(start, end);
            }

            world.Scheduler.RunUntil(end, () => world.Check.Failure is not null);
            faults.EndAll();
            RunUntilHealthy(world, health, Health.Limit(world), "since the faults ended");
        }

        if (world.Scheduler.StandsStill)
        {
            world.Check.Fail("an agent turns and turns while no time passes");
        }

        if (world.Check.Failure is null)
        {
            // A healthy moment is not enough: nothing may go wrong by itself afterwards.
            world.Scheduler.RunUntil(world.Scheduler.Now + TimeSpan.FromSeconds(5), () => world.Check.Failure is not null);
            health.ExpectSameHistory();
        }

        return new(
            seed,
            world.Check.Failure,
            world.Scheduler.Now,
            world.Scheduler.Hash,
            world.Scheduler.Steps,
            world.Check.Acknowledgements,
            world.Check.Leaders,
            world.Trace.Lines);
    }

    private static void RunUntilHealthy(SimWorld world, Health health, TimeSpan limit, string since)
    {
        var start = world.Scheduler.Now;
        while (world.Check.Failure is null && !world.Scheduler.StandsStill && health.Trouble() is { } trouble)
        {
            if (world.Scheduler.Now - start > limit)
            {
                world.Check.Fail($"no recovery within {limit.TotalSeconds:0} s {since}: {trouble}");
                return;
            }

            world.Scheduler.RunUntil(world.Scheduler.Now + Poll, () => world.Check.Failure is not null);
        }
    }
}
