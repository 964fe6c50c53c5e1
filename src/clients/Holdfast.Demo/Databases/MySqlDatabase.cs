using System.Data.Common;
using System.Globalization;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using MySqlConnector;

namespace Holdfast.Demo.Databases;

/// <summary>MySQL Group Replication in single-primary mode.</summary>
internal sealed class MySqlDatabase : Database
{
    private static readonly string[] UsualPlaces = ["/usr/sbin", "/usr/bin", "/usr/libexec", "/usr/local/mysql/bin"];

    public override string Product => "MySQL";

    internal override bool KeepsClients => false;

    internal override string Creation =>
        """
        CREATE DATABASE IF NOT EXISTS holdfast;
        DROP TABLE IF EXISTS holdfast.canary;
        CREATE TABLE holdfast.canary (
            writer int NOT NULL,
            sequence bigint NOT NULL,
            PRIMARY KEY (writer, sequence))
        """;

    internal override string TakesWrites => "SELECT NOT @@global.super_read_only";

    internal override string Rows => "SELECT writer, sequence FROM holdfast.canary";

    internal override string Newest => "SELECT max(sequence) FROM holdfast.canary WHERE writer = 0";

    internal override string PidFile => "mysqld.pid";

    public override string FindPrograms() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(UsualPlaces)
            .FirstOrDefault(directory => File.Exists(Path.Combine(directory, "mysqld")))
        ?? throw new DemoException("MySQL's server was not found; `./run demo --engine mysql` unpacks one, or install mysql-server 8.0.22 or newer");

    internal override DbDataSource Connections(CanaryHost host) => new MySqlDataSourceBuilder(new MySqlConnectionStringBuilder
    {
        Server = "127.0.0.1",
        Port = (uint)host.Port,
        UserID = ClusterPlan.Superuser,
        Password = host.Password,
        SslMode = MySqlSslMode.Disabled,
        AllowPublicKeyRetrieval = true,
        Pooling = false,
        ConnectionTimeout = CanaryHost.LimitSeconds,
        DefaultCommandTimeout = CanaryHost.LimitSeconds,
        CancellationTimeout = -1,
        ApplicationName = "canary",
    }.ConnectionString).Build();

    /// <summary>
    /// Beside the server's port how many transactions it has: a group has no timelines, but each acknowledged write is one more than
    /// any server had when an earlier one was acknowledged.
    /// </summary>
    internal override async Task<CanaryServer> InsertAsync(DbConnection connection, int writer, long sequence)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // Two numbers.
        command.CommandText = string.Create(
            CultureInfo.InvariantCulture, $"INSERT INTO holdfast.canary VALUES ({writer}, {sequence}); SELECT @@port, @@global.gtid_executed");
#pragma warning restore CA2100
        command.CommandTimeout = 0;
        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        await reader.ReadAsync(CancellationToken.None);
        return new(Convert.ToString(reader.GetValue(0), CultureInfo.InvariantCulture) ?? "", Count(reader.GetString(1)));
    }

    internal override string Configuration(ClusterPlan plan, MemberPlan member) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        mysql:
          listen: 127.0.0.1:{member.DatabasePort}
          connect_address: 127.0.0.1:{member.DatabasePort}
          data_dir: {YamlText.Quote(member.DataDirectory)}
          bin_dir: {YamlText.Quote(plan.BinDirectory)}
          authentication:
            superuser:
              username: {ClusterPlan.Superuser}
              password: {plan.SuperuserPassword}
            replication:
              username: {ClusterPlan.ReplicationUser}
              password: {plan.ReplicationPassword}
          group:
            local_address: 127.0.0.1:{member.GroupPort}
          parameters:
            # Three servers share this machine: none of them keeps statistics that nobody reads.
            innodb_buffer_pool_size: 64M
            performance_schema_digests_size: 0
            performance_schema_max_table_instances: 500
            max_connections: 50
        {(plan.Account is { } account ? $"  os_user: {account.Name}\n" : "")}
        """);

    internal override string RouterMode(ClusterPlan plan) => "  mode: tcp";

    internal override string PasswordText(ClusterPlan plan) => $"[client]\npassword = {plan.SuperuserPassword}\n";

    internal override string Shell(ClusterPlan plan, int port) => string.Create(
        CultureInfo.InvariantCulture,
        $"{plan.BinDirectory}/mysql --defaults-extra-file={plan.PasswordFile} -h 127.0.0.1 -P {port} -u {ClusterPlan.Superuser}");

    internal override async Task<(int Following, int Synchronous)> AskFollowersAsync(
        DbConnection leader, ClusterPlan plan, CancellationToken cancellationToken)
    {
        const string question =
            "SELECT count(*) FROM performance_schema.replication_group_members WHERE MEMBER_STATE = 'ONLINE' AND MEMBER_ID <> @@global.server_uuid AND NOT @@global.super_read_only";
        await using var command = leader.CreateCommand();
        command.CommandText = question;
        var others = Convert.ToInt32(await command.ExecuteScalarAsync(cancellationToken), CultureInfo.InvariantCulture);
        return (others, others);
    }

    internal override string? Candidate(ClusterStatus status) =>
        status.Members.FirstOrDefault(member => member is { Role: "replica", State: "streaming" })?.Name;

    /// <summary>Of the transactions in a GTID set.</summary>
    private static long Count(string set) => set
        .Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
        .SelectMany(part => part.Split(':').Skip(1))
        .Select(range => range.Split('-'))
        .Where(ends => long.TryParse(ends[0], CultureInfo.InvariantCulture, out _))
        .Sum(ends => long.Parse(ends[^1], CultureInfo.InvariantCulture) - long.Parse(ends[0], CultureInfo.InvariantCulture) + 1);
}
