using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Npgsql;

namespace Holdfast.Chaos;

/// <summary>Looks at the canary's rows on the primary without trusting an index.</summary>
internal static class RowCheck
{
    // An index that a crash has damaged would hide what it does not know.
    private const string Question =
        "SET enable_indexscan = off; SET enable_indexonlyscan = off; SET enable_bitmapscan = off; "
        + "SELECT count(*) - count(DISTINCT (writer, sequence)) FROM holdfast_canary";

    /// <summary>How many rows are there more than once.</summary>
    public static async Task<long> DuplicatesAsync(ClusterPlan plan, MemberPlan primary, CancellationToken cancellationToken)
    {
        const int limitSeconds = 60;
        await using var source = CanaryHost.Of(plan, primary).Connections();
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var command = new NpgsqlCommand(Question, (NpgsqlConnection)connection) { CommandTimeout = limitSeconds };
        return await command.ExecuteScalarAsync(cancellationToken) is long count ? count : throw new InvalidOperationException("count answered no number");
    }
}
