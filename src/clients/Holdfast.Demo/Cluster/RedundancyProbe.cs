using Holdfast.Demo.Canary;
using Npgsql;

namespace Holdfast.Demo.Cluster;

/// <summary>Asks store and primary how redundant the cluster is.</summary>
internal static class RedundancyProbe
{
    // A clone that is being made streams too, under a name of its own: only members count.
    private const string Question =
        """
        SELECT count(DISTINCT application_name) FILTER (WHERE state = 'streaming'),
               count(DISTINCT application_name) FILTER (WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum'))
        FROM pg_stat_replication
        WHERE application_name = ANY ($1) AND NOT pg_is_in_recovery()
        """;

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

        var isRecorded = status.SynchronousStandby is not null;
        try
        {
            await using var source = CanaryHost.Of(plan, leader).Connections();
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var command = new NpgsqlCommand(Question, connection);
            command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. plan.Members.Select(member => member.Name)] });
            await using var row = await command.ExecuteReaderAsync(cancellationToken);
            await row.ReadAsync(cancellationToken);
            return new(leader.Name, (int)row.GetInt64(0), (int)row.GetInt64(1), isRecorded, expected);
        }
        catch (Exception exception) when (Connections.IsLoss(exception, cancellationToken))
        {
            return new(leader.Name, 0, 0, isRecorded, expected);
        }
    }
}
