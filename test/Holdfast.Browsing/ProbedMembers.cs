using System.Globalization;
using Holdfast.Demo.Cluster;

namespace Holdfast.Browsing;

/// <summary>Gives every member of a cluster that has not begun a router and an end-to-end probe through it.</summary>
public static class ProbedMembers
{
    public static async Task AddAsync(LoopbackCluster cluster, CancellationToken cancellationToken)
    {
        var ports = FreePorts.Take(cluster.Members.Count * 2);
        foreach (var (index, member) in cluster.Members.Index())
        {
            await File.AppendAllTextAsync(
                member.Plan.ConfigurationFile,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"""

                    router:
                      read_write: 127.0.0.1:{ports[index * 2]}
                      api: 127.0.0.1:{ports[(index * 2) + 1]}
                    probe:
                      username: {ClusterPlan.Superuser}
                      password: {cluster.Plan.SuperuserPassword}

                    """),
                cancellationToken);
        }
    }
}
