using Holdfast.Stores.Raft.Consensus;

namespace Holdfast.Stores.Raft.Tests.Simulation;

/// <summary>What goes wrong, and how often.</summary>
internal sealed class Faults(World world)
{
    private SimulatedNode Any => world.Nodes.Values.ElementAt(world.Random.Next(world.Nodes.Count));

    private SimulatedNode? Leader => world.Nodes.Values.FirstOrDefault(node => node.IsUp && node.Core.Role == RaftRole.Leader);

    public void Strike()
    {
        world.Network.Loss = world.Random.Next(4) == 0 ? 0.15 : 0.01;
        world.Network.Repetition = 0.05;
        switch (world.Random.Next(14))
        {
            case 0 or 1:
                Crash(Any);
                break;
            case 2:
                Crash(Leader ?? Any);
                break;
            case 3 when world.Random.Next(3) == 0:
                world.Nodes.Values.ToList().ForEach(Crash);
                break;
            case 4 or 5:
                Partition();
                break;
            case 6 or 7:
                world.Network.Heal();
                break;
            case 8:
                StickDisk(Any);
                break;
            case 9:
                Leader?.Core.TransferLeadership(null, world.Now);
                break;
            case 10 or 11:
                ChangeMembers();
                break;
            case 12:
                StallDisk(Any);
                break;
            default:
                break;
        }

        world.Check.Logs();
    }

    public void Cease()
    {
        world.Network.Heal();
        world.Network.Loss = 0;
        foreach (var node in world.Nodes.Values)
        {
            node.IsDiskStuck = false;
            if (node.IsUp)
            {
                node.Core.DiskStalled(false, world.Now);
            }
            else
            {
                Restart(node);
            }
        }
    }

    private void Crash(SimulatedNode node)
    {
        if (!node.IsUp)
        {
            Restart(node);
            return;
        }

        node.Crash();
        world.Each(other =>
        {
            // Often the broken connection tells, sometimes only the silence.
            if (world.Random.Next(2) == 0)
            {
                other.Core.PeerLost(node.Name, world.Now);
            }
        });
        world.After(TimeSpan.FromMilliseconds(world.Random.Next(1500)), () => Restart(node));
    }

    private void Restart(SimulatedNode node)
    {
        if (node.IsUp)
        {
            return;
        }

        node.Start();
        world.Each(other => other.Core.PeerFound(node.Name, world.Now));
    }

    private void Partition()
    {
        var shuffled = world.Nodes.Keys.ToArray();
        world.Random.Shuffle(shuffled);
        var size = world.Random.Next(1, shuffled.Length);
        world.Network.Cut(shuffled[..size], shuffled[size..], bothWays: world.Random.Next(3) > 0);
    }

    private void StickDisk(SimulatedNode node)
    {
        node.IsDiskStuck = true;
        world.After(TimeSpan.FromSeconds(1), () => node.IsDiskStuck = false);
    }

    private void StallDisk(SimulatedNode node)
    {
        if (node.IsUp)
        {
            node.Core.DiskStalled(true, world.Now);
            world.After(TimeSpan.FromSeconds(1), () => node.Core.DiskStalled(false, world.Now));
        }
    }

    private void ChangeMembers()
    {
        if (Leader is not { } leader)
        {
            return;
        }

        var node = Any.Name;
        if (!leader.Core.Configuration.IsMember(node))
        {
            leader.Core.AddMember(node, world.Now);
        }
        else if (leader.Core.Configuration.Voters.Length > 2)
        {
            leader.Core.RemoveMember(node, world.Now);
        }
    }
}
