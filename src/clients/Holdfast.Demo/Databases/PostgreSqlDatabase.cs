using System.Data.Common;
using System.Globalization;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using Npgsql;

namespace Holdfast.Demo.Databases;

/// <summary>PostgreSQL, with synchronous standbys.</summary>
internal sealed class PostgreSqlDatabase : Database
{
    // The first eight digits of a log file's name are the timeline. The port tells the servers of one machine apart, also behind a router.
    private const string Insertion =
        "INSERT INTO holdfast_canary VALUES ($1, $2) RETURNING left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) || ' ' || inet_server_port()";

    // A clone that is being made streams too, under a name of its own: only members count.
    private const string Followers =
        """
        SELECT count(DISTINCT application_name) FILTER (WHERE state = 'streaming'),
               count(DISTINCT application_name) FILTER (WHERE state = 'streaming' AND sync_state IN ('sync', 'quorum'))
        FROM pg_stat_replication
        WHERE application_name = ANY ($1) AND NOT pg_is_in_recovery()
        """;

    public override string Product => "PostgreSQL";

    internal override bool KeepsClients => true;

    internal override string Creation =>
        """
        DROP TABLE IF EXISTS holdfast_canary;
        CREATE TABLE holdfast_canary (
            writer integer NOT NULL,
            sequence bigint NOT NULL,
            PRIMARY KEY (writer, sequence))
        """;

    internal override string TakesWrites => "SELECT NOT pg_is_in_recovery()";

    internal override string Rows => "SELECT writer, sequence FROM holdfast_canary";

    internal override string Newest => "SELECT max(sequence) FROM holdfast_canary WHERE writer = 0";

    internal override string PidFile => "postmaster.pid";

    public override string FindPrograms() => PostgresPrograms.FindDirectory();

    /// <summary>No TLS, no catalogue, no wait after a time-out.</summary>
    internal override DbDataSource Connections(CanaryHost host)
    {
        var builder = new NpgsqlSlimDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = host.Port,
            Username = ClusterPlan.Superuser,
            Password = host.Password,
            Database = host.Database,
            ApplicationName = "canary",
            SslMode = SslMode.Disable,
            GssEncryptionMode = GssEncryptionMode.Disable,
            Pooling = false,
            Timeout = CanaryHost.LimitSeconds,
            CommandTimeout = CanaryHost.LimitSeconds,
            CancellationTimeout = -1,
        }.ConnectionString);
        return builder.EnableArrays().ConfigureTypeLoading(loading => loading.EnableTypeLoading(false)).Build();
    }

    internal override async Task<CanaryServer> InsertAsync(DbConnection connection, int writer, long sequence)
    {
        await using var command = new NpgsqlCommand(Insertion, (NpgsqlConnection)connection) { CommandTimeout = 0 };
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = writer });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = sequence });
        var answer = await command.ExecuteScalarAsync(CancellationToken.None) as string;
        var words = (answer ?? "").Split(' ');
        return new(words[^1], long.Parse(words[0], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
    }

    internal override string Configuration(ClusterPlan plan, MemberPlan member) =>
        $"""
        # How the first member makes the cluster. Commits wait for a synchronous standby; all else is the default.
        bootstrap:
          dcs:
            synchronous_mode: true
          initdb:
            - encoding: UTF8
            - locale: C
            - data-checksums

        {PostgreSqlSection.Write(plan, member)}{(plan.Account is { } account ? $"  os_user: {account.Name}\n" : "")}
        """;

    internal override string RouterMode(ClusterPlan plan) =>
        $"""
          mode: session
          auth_user: {ClusterPlan.Superuser}
          auth_password: {plan.SuperuserPassword}
        """;

    internal override string PasswordText(ClusterPlan plan) => $"127.0.0.1:*:*:{ClusterPlan.Superuser}:{plan.SuperuserPassword}\n";

    internal override string Shell(ClusterPlan plan, int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"PGPASSFILE={plan.PasswordFile} {plan.BinDirectory}/psql -h 127.0.0.1 -p {port} -U {ClusterPlan.Superuser} postgres");

    internal override async Task<(int Following, int Synchronous)> AskFollowersAsync(
        DbConnection leader, ClusterPlan plan, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(Followers, (NpgsqlConnection)leader);
        command.Parameters.Add(new NpgsqlParameter<string[]> { TypedValue = [.. plan.Members.Select(member => member.Name)] });
        await using var row = await command.ExecuteReaderAsync(cancellationToken);
        await row.ReadAsync(cancellationToken);
        return ((int)row.GetInt64(0), (int)row.GetInt64(1));
    }

    internal override string? Candidate(ClusterStatus status) => status.SynchronousStandby?.Name;
}
