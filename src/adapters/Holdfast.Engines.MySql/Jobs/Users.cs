using Holdfast.Engines.MySql.Observation;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>The users that members need, as statements for a server that starts; they are no transactions of the group's.</summary>
internal static class Users
{
    /// <summary>For a system that was just made: its first user has no password, and would be let in before anybody else.</summary>
    public static IEnumerable<string> OfNewSystem(MySqlOptions options) => Statements(options, "DROP USER IF EXISTS 'root'@'localhost'");

    /// <summary>For a system that comes from elsewhere: its passwords may be others.</summary>
    public static IEnumerable<string> OfRestoredSystem(MySqlOptions options) => Statements(options);

    private static IEnumerable<string> Statements(MySqlOptions options, params IEnumerable<string> more) =>
    [
        "SET sql_log_bin = 0",
        .. Of(options.Superuser, "ALL", " WITH GRANT OPTION"),
        .. options.Replication.UserName == options.Superuser.UserName
            ? []
            : Of(options.Replication, "REPLICATION SLAVE, BACKUP_ADMIN, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM, PROCESS", ""),
        .. more,
        "SET sql_log_bin = 1",
    ];

    private static string[] Of(MySqlCredentials user, string rights, string option) =>
    [
        $"CREATE USER IF NOT EXISTS {Sql.Quoted(user.UserName)}@'%'",
        $"ALTER USER {Sql.Quoted(user.UserName)}@'%' IDENTIFIED BY {Sql.Quoted(user.Password)}",
        $"GRANT {rights} ON *.* TO {Sql.Quoted(user.UserName)}@'%'{option}",
    ];
}
