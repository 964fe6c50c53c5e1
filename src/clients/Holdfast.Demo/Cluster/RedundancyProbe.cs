using Holdfast.Demo.Canary;

namespace Holdfast.Demo.Cluster;

/// <summary>Asks store and primary how redundant the cluster is.</summary>
internal static class RedundancyProbe
{
    public static async Task<Redundancy> AskAsync(
        ClusterPlan plan,
        ClusterStatus? status,
        CancellationToken cancellationToken)
    {
        var expected = plan.Members.Count - 1;
        var leader = plan.Members.FirstOrDefault(member => member.Name == status?.Leader?.Name);
        if (status is null || leader is null)
        {
            return new(null, 0, 0, false, expected);
        }

        var isRecorded = plan.Database.Candidate(status) is not null;
        try
        {
            await using var source = CanaryHost.Of(plan, leader).Connections();
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            var (following, synchronous) = await plan.Database.AskFollowersAsync(connection, plan, cancellationToken);
            return new(leader.Name, following, synchronous, isRecorded, expected);
        }
        catch (Exception exception) when (Connections.IsLoss(exception, cancellationToken))
        {
            return new(leader.Name, 0, 0, isRecorded, expected);
        }
    }
}
