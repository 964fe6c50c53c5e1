using System.Globalization;

using Holdfast.Demo.Cluster;

namespace Holdfast.Demo.Databases;

/// <summary>Writes the <c>postgresql</c> section, which is the same for all software that reads Patroni's format.</summary>
public static class PostgreSqlSection
{
    // The kernel's limit for a socket's path is 107 bytes, and PostgreSQL adds a file name.
    private const int SocketDirectoryLettersMax = 80;

    public static string Write(ClusterPlan plan, MemberPlan member) => string.Create(
        CultureInfo.InvariantCulture,
        $"""
        postgresql:
          listen: 127.0.0.1:{member.DatabasePort}
          connect_address: 127.0.0.1:{member.DatabasePort}
          data_dir: {YamlText.Quote(member.DataDirectory)}
          bin_dir: {YamlText.Quote(plan.BinDirectory)}
          pgpass: {YamlText.Quote(Path.Combine(member.Directory, "pgpass"))}
          authentication:
            superuser:
              username: {ClusterPlan.Superuser}
              password: {plan.SuperuserPassword}
            replication:
              username: {ClusterPlan.ReplicationUser}
              password: {plan.ReplicationPassword}
            rewind:
              username: {ClusterPlan.RewindUser}
              password: {plan.RewindPassword}
          pg_hba:
            - local all all scram-sha-256
            - host all all 127.0.0.1/32 scram-sha-256
            - host replication all 127.0.0.1/32 scram-sha-256
          parameters:
            shared_buffers: 32MB
            max_connections: 50
            unix_socket_directories: {YamlText.Quote(SocketDirectory(member))}

        """);

    private static string SocketDirectory(MemberPlan member) =>
        member.Directory.Length <= SocketDirectoryLettersMax ? member.Directory : "";
}
