using System.Globalization;
using Holdfast.Engines.Jobs;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Model;
using Npgsql;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Asks another member's database what a copy from it needs to know.</summary>
internal sealed class Source(Installation installation, Upstream upstream)
{
    private const string SizeSql = "SELECT coalesce(sum(pg_database_size(oid)), 0)::bigint FROM pg_database";

    private const string CheckpointSql = """
        SELECT CASE
          WHEN pg_is_in_recovery() THEN 'is no primary'
          WHEN (SELECT timeline_id FROM pg_control_checkpoint())
            < ('x' || substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8))::bit(32)::int
            THEN 'has not checkpointed yet since its promotion'
          ELSE '' END
        """;

    private PostgreSqlOptions Options => installation.Options;

    private string Name => $"{upstream.Member} at {upstream.Host}:{upstream.Port.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The bytes of its databases.</summary>
    public async Task<long> ReadSizeAsync(CancellationToken cancellationToken) =>
        await AskAsync(SizeSql, [Options.Superuser, Options.RewindOrSuperuser, Options.Replication], cancellationToken) as long? ?? 0;

    /// <summary>pg_rewind trusts the source's control file, which names the new timeline only after a checkpoint on it.</summary>
    public async Task RefuseUnlessRewindableAsync(CancellationToken cancellationToken)
    {
        var objection = await AskAsync(CheckpointSql, [Options.RewindOrSuperuser, Options.Superuser], cancellationToken) as string;
        if (objection is { Length: > 0 })
        {
            throw new JobFailedException($"the source {Name} {objection}");
        }
    }

    private async Task<object?> AskAsync(string sql, PostgreSqlCredentials[] candidates, CancellationToken cancellationToken)
    {
        var why = "";
        foreach (var who in candidates.DistinctBy(who => who.UserName))
        {
            try
            {
                return await AskAsync(sql, who, cancellationToken);
            }
            catch (PostgresException refused)
            {
                why = refused.MessageText;
            }
            catch (Exception error) when (error is NpgsqlException or IOException or System.Net.Sockets.SocketException)
            {
                throw new JobFailedException($"the source {Name} cannot be reached: {error.Message}");
            }
            catch (TimeoutException)
            {
                throw new JobFailedException($"the source {Name} did not answer within {Options.SourceTimeout.TotalSeconds:0.#} s");
            }
        }

        throw new JobFailedException($"the source {Name} refused: {why}");
    }

    private async Task<object?> AskAsync(string sql, PostgreSqlCredentials who, CancellationToken cancellationToken)
    {
        await using var session = new DatabaseSession(ConnectionInfo.Agent(Options, who, upstream.Host, upstream.Port));
        return await session.AskAsync(sql, Options.SourceTimeout, installation.Time, cancellationToken);
    }
}
