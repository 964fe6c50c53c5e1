using Holdfast.Model;
using Holdfast.Ports.Control;

namespace Holdfast.Simulation.Faults;

/// <summary>What people ask of a cluster, at good moments and at bad ones.</summary>
internal sealed class OperatorWishes(SimWorld world, Action<string> configure)
{
    public void Ask(SimHost host)
    {
        var random = world.Random;
        var wish = random.Below(9);
        if (world.Trace.IsOn)
        {
            world.Trace.Add(host.Name.Text, $"an operator has wish {wish}");
        }

        switch (wish)
        {
            case 0 or 1 or 2:
                var from = world.Check.Holder is { } holder && random.Chance(0.8) ? new MemberName(holder) : (MemberName?)null;
                var to = from is null || random.Chance(0.6) ? random.Pick(world.Hosts).Name : (MemberName?)null;
                host.Ask(control => control.RequestSwitchoverAsync(new SwitchoverRequest(from, to, null, null, Revision.Absent), CancellationToken.None));
                break;
            case 3:
                host.Ask(static control => control.RestartAsync(new RestartConditions(null, null, false, null), CancellationToken.None));
                break;
            case 4:
                host.Ask(static control => control.ReinitializeAsync(CancellationToken.None));
                break;
            case 5:
                configure(random.Pick((string[])[
                    """{"synchronous_mode": true, "synchronous_mode_strict": false}""",
                    """{"synchronous_mode": true, "synchronous_mode_strict": true}""",
                    """{"synchronous_mode": false, "synchronous_mode_strict": false}"""]));
                break;
            case 6:
                configure($$"""{"ttl": {{2 + random.Below(10)}}}""");
                break;
            case 7:
                configure($$"""{"synchronous_node_count": {{1 + random.Below(2)}}, "primary_start_timeout": {{random.Below(2) * 20}}}""");
                break;
            default:
                configure("""{"pause": true}""");
                world.Scheduler.At(world.Scheduler.Now + random.Seconds(1, 10), new Time.Work(null, () => configure("""{"pause": null}""")));
                break;
        }
    }
}
