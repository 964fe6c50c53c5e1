using Holdfast.Decisions.Configuration;
using Holdfast.Model;
using Holdfast.Simulation.Database;

namespace Holdfast.Simulation.Checks;

/// <summary>Whether the cluster is whole: somebody leads and takes writes, everybody streams, and synchronous mode has its standbys.</summary>
internal sealed class Health(SimWorld world)
{
    /// <summary>Patience, times of sitting out and back-offs add up before a cluster must be whole again.</summary>
    public static TimeSpan Limit(SimWorld world) => (PolicyOf(world).TimeToLive * 8) + TimeSpan.FromSeconds(120);

    /// <summary>What is not well yet; null when nothing.</summary>
    public string? Trouble()
    {
        if (world.Servers.FirstOrDefault(server => server.Name.Text == world.Check.Holder) is not { } leader)
        {
            return "nobody leads";
        }

        if (!leader.AcceptsWrites)
        {
            return $"{leader.Name} leads and takes no writes: it is {leader.State}";
        }

        foreach (var server in world.Servers)
        {
            if (server != leader && !server.Replication.HasCollided && !(server.IsRunning && !server.IsPrimary && server.Replication.IsReceiving))
            {
                return $"{server.Name} does not stream: it is {server.State}, directory {server.Directory.State}, at {server.Directory.Flushed} on timeline {server.Directory.Timeline}";
            }
        }

        return SynchronyTrouble(leader);
    }

    /// <summary>What streams from the leader is the leader's log, byte for byte, and nothing that had to stay is missing.</summary>
    public void ExpectSameHistory()
    {
        if (world.Servers.FirstOrDefault(server => server.Name.Text == world.Check.Holder) is not { } leader)
        {
            return;
        }

        world.Check.ExpectEveryWrite(leader, "leads in the end");
        foreach (var server in world.Servers)
        {
            if (server.Replication.IsReceiving && !server.Directory.IsPrefixOf(leader.Directory))
            {
                world.Check.Fail($"{server.Name} streams, and its log differs from {leader.Name}'s");
            }
        }
    }

    private static Policy PolicyOf(SimWorld world) =>
        DynamicConfiguration.ToPolicy(world.Store.Entry(world.Keys.Config)?.Value ?? world.Plan.Configuration).Policy;

    private string? SynchronyTrouble(DatabaseServer leader)
    {
        var policy = PolicyOf(world);
        if (policy.SynchronousMode == SynchronousMode.Off)
        {
            return world.Check.SyncStandbys.Count > 0 ? "synchronous mode is off, and the store still names standbys" : null;
        }

        var direct = world.Hosts.Count(host => host.Server != leader && !host.Tags.NoSync
            && leader.Replication.Standbys.Any(standby => standby.Member == host.Name));
        var wanted = Math.Min(policy.SynchronousNodeCount, direct);
        return world.Check.SyncStandbys.Count < wanted ? $"the store names {world.Check.SyncStandbys.Count} synchronous standbys, not {wanted}" : null;
    }
}
