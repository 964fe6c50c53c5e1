using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Faults;

/// <summary>What goes wrong, when, and for how long: by the seed. Every fault knows how it ends.</summary>
internal sealed class FaultInjector(SimWorld world)
{
    private readonly List<Action> endings = [];
    private readonly SimRandom random = world.Random;

    public void Plan(TimeSpan start, TimeSpan end)
    {
        var count = 1 + random.Below(7);
        for (var index = 0; index < count; index++)
        {
            var at = start + (random.Seconds(0, 1) * (end - start).TotalSeconds);
            world.Scheduler.At(at, new Work(null, Strike));
            if (random.Chance(0.25))
            {
                // Troubles come in pairs.
                world.Scheduler.At(at + random.Milliseconds(0, 1500), new Work(null, Strike));
            }
        }
    }

    /// <summary>The store breaks its word, and nothing else does: the leader's session, and at times everybody's, ends though it was kept alive.</summary>
    public void PlanEarlyEnds(TimeSpan start, TimeSpan end)
    {
        var count = 1 + random.Below(7);
        for (var index = 0; index < count; index++)
        {
            world.Scheduler.At(start + (random.Seconds(0, 1) * (end - start).TotalSeconds), new Work(null, EndEarly));
        }
    }

    private void EndEarly()
    {
        var isEverybody = random.Chance(0.3);
        var victims = world.Hosts.Where(host => isEverybody || host.Name.Text == world.Check.Holder).ToArray();
        foreach (var host in victims)
        {
            Note(host, "the store ends its session early");
        }

        world.Check.ExpectEarlyEnd();
        world.Store.EndEarly(entry => victims.Any(host => entry.Key == world.Keys.Member(host.Name.Text)));
    }

    /// <summary>Everything is repaired, and stays so.</summary>
    public void EndAll()
    {
        hasEnded = true;
        foreach (var ending in endings.ToArray())
        {
            ending();
        }

        foreach (var host in world.Hosts)
        {
            host.Boot();
            host.StartAgent();
        }

        Configure("""{"pause": null}""");
    }

    private bool hasEnded;

    private void Strike()
    {
        if (hasEnded)
        {
            return;
        }

        var host = Target();
        switch (random.Below(20))
        {
            case 0 or 1:
                Note(host, "the database crashes");
                host.Server.Kill();
                break;
            case 2:
                Note(host, "the agent is killed");
                host.KillAgent();
                EndLater(Short(), host.StartAgent);
                break;
            case 3:
                Note(host, "agent and guard are killed");
                host.KillGuard();
                host.KillAgent();
                EndLater(Short(), host.StartAgent);
                break;
            case 4 or 5:
                Note(host, "the host is lost");
                host.Lose();
                world.LookAtLines();
                EndLater(Long(), host.Boot);
                break;
            case 6 or 7:
                Note(host, "the host freezes");
                host.FreezeHost();
                world.LookAtLines();
                EndLater(Short(), () => Thaw(host));
                break;
            case 8:
                Note(host, "the agent freezes");
                host.FreezeAgent();
                EndLater(Short(), host.ThawAgent);
                break;
            case 9:
                Note(host, "the database hangs");
                host.Server.Hang();
                EndLater(Long(), host.Server.Recover);
                break;
            case 10:
                Isolate(host);
                break;
            case 11 or 12:
                CutFromStore(host);
                break;
            case 13:
                CutOneWay(host);
                break;
            case 14:
                SilenceStore();
                break;
            case 15:
                LoseAnswers();
                break;
            case 16:
                SlowDown(host);
                break;
            case 17 or 18:
                new OperatorWishes(world, Configure).Ask(host);
                break;
            default:
                Nuisance(host);
                break;
        }
    }

    /// <summary>The leader more often than others: there it hurts.</summary>
    private SimHost Target() =>
        random.Chance(0.5) && world.Hosts.FirstOrDefault(host => host.Name.Text == world.Check.Holder) is { } leader
            ? leader
            : random.Pick(world.Hosts);

    private TimeSpan Short() => random.Chance(0.5) ? random.Seconds(0.05, 2) : random.Seconds(1, 12);

    private TimeSpan Long() => random.Chance(0.3) ? random.Seconds(0.5, 3) : random.Seconds(3, 30);

    private void Note(SimHost host, string what)
    {
        if (world.Trace.IsOn)
        {
            world.Trace.Add(host.Name.Text, $"FAULT: {what}");
        }
    }

    private void EndLater(TimeSpan after, Action ending)
    {
        var done = false;
        void Once()
        {
            if (!done)
            {
                done = true;
                ending();
                if (world.Trace.IsOn)
                {
                    world.Trace.Add("", "a fault has ended");
                }
            }
        }

        endings.Add(Once);
        world.Scheduler.At(world.Scheduler.Now + after, new Work(null, Once));
    }

    private void Thaw(SimHost host)
    {
        host.ThawHost();
        world.LookAtLines();
    }

    private void Isolate(SimHost host)
    {
        var place = host.Server.Place;
        var others = Enumerable.Range(0, world.Network.Clients + 1).Where(other => other != place && (other != world.Network.Clients || random.Chance(0.5))).ToArray();
        Note(host, $"is cut off from {others.Length} others");
        Cut([.. others.SelectMany(other => new[] { (place, other), (other, place) })], Long());
    }

    private void CutFromStore(SimHost host)
    {
        Note(host, "is cut off from the store");
        var place = host.Server.Place;
        var both = random.Chance(0.7);
        var outwards = random.Chance(0.5);
        (int, int)[] lines = both
            ? [(place, world.Network.Store), (world.Network.Store, place)]
            : [outwards ? (place, world.Network.Store) : (world.Network.Store, place)];
        Cut(lines, Long());
        if (random.Chance(0.5))
        {
            EndLater(random.Seconds(0.5, 5), () => host.BreakWatches(isCompacted: random.Chance(0.2)));
        }
    }

    private void CutOneWay(SimHost host)
    {
        var other = random.Pick(world.Hosts);
        if (other != host)
        {
            Note(host, $"does not reach {other.Name}");
            var lines = random.Chance(0.5)
                ? [(host.Server.Place, other.Server.Place)]
                : new[] { (host.Server.Place, other.Server.Place), (other.Server.Place, host.Server.Place) };
            Cut(lines, Long());
        }
    }

    private void Cut((int From, int To)[] lines, TimeSpan duration)
    {
        foreach (var (from, to) in lines)
        {
            world.Network.Block(from, to);
        }

        world.LookAtLines();
        EndLater(duration, () =>
        {
            foreach (var (from, to) in lines)
            {
                world.Network.Heal(from, to);
            }

            world.LookAtLines();
            foreach (var host in world.Hosts)
            {
                host.OnStoreChange();
            }
        });
    }

    private void SilenceStore()
    {
        var duration = random.Chance(0.7) ? random.Seconds(0.3, 1.5) : random.Seconds(2, 15);
        if (world.Trace.IsOn)
        {
            world.Trace.Add("store", $"FAULT: silent for {duration.TotalSeconds:0.0} s");
        }

        world.Store.BeSilentFor(duration);
    }

    private void LoseAnswers()
    {
        if (world.Trace.IsOn)
        {
            world.Trace.Add("store", "FAULT: answers are lost, and news is late");
        }

        foreach (var host in world.Hosts)
        {
            host.LoseAnswers(0.15);
        }

        EndLater(Long(), () =>
        {
            foreach (var host in world.Hosts)
            {
                host.LoseAnswers(0);
            }
        });
    }

    private void SlowDown(SimHost host)
    {
        Note(host, "the disk is slow and jobs fail");
        host.Server.Slowness = 30;
        host.Server.JobsFail = 0.4;
        EndLater(Long(), () =>
        {
            host.Server.Slowness = 1;
            host.Server.JobsFail = 0;
        });
    }

    private void Nuisance(SimHost host)
    {
        switch (random.Below(4))
        {
            case 0:
                Note(host, "the calendar jumps");
                host.CalendarOffset += random.Seconds(-100000, 100000);
                break;
            case 1:
                host.BreakWatches(isCompacted: random.Chance(0.3));
                break;
            case 2:
                Note(host, "the disk is full");
                host.Server.FreeDiskBytes = 10L << 20;
                EndLater(Long(), () => host.Server.FreeDiskBytes = 10L << 30);
                break;
            default:
                Note(host, "the guard is killed");
                host.KillGuard();
                EndLater(Long(), () =>
                {
                    host.KillAgent();
                    host.StartAgent();
                });
                break;
        }
    }

    /// <summary>Straight into the store, as a person would with its own tool when no agent answers.</summary>
    private void Configure(string patch)
    {
        var entry = world.Store.Entry(world.Keys.Config);
        if (entry is not null)
        {
            var merged = Decisions.Configuration.DynamicConfiguration.Merge(entry.Value, patch);
            world.Store.Commit(new([], [new Ports.Store.StoreWrite.Put(world.Keys.Config, merged.Json, null)]));
        }
    }
}
