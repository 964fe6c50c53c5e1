using Holdfast.Engines.MySql.Jobs;
using Holdfast.Engines.MySql.Tests.Backups;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Jobs;

public sealed class UsersTests : IDisposable
{
    private readonly BackupDirectory directory = new();

    public void Dispose() => directory.Dispose();

    [Fact]
    public void A_restored_system_has_the_members_users_whether_or_not_it_had_them_before() =>
        Assert.Equal(
            [
                "SET sql_log_bin = 0",
                "CREATE USER IF NOT EXISTS 'admin'@'%'",
                "ALTER USER 'admin'@'%' IDENTIFIED BY 'a secret'",
                "GRANT ALL ON *.* TO 'admin'@'%' WITH GRANT OPTION",
                "CREATE USER IF NOT EXISTS 'replicator'@'%'",
                "ALTER USER 'replicator'@'%' IDENTIFIED BY 'another secret'",
                "GRANT REPLICATION SLAVE, BACKUP_ADMIN, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM, PROCESS ON *.* TO 'replicator'@'%'",
                "SET sql_log_bin = 1",
            ],
            Users.OfRestoredSystem(directory.Options));

    [Fact]
    public void A_new_system_gets_the_same_and_loses_the_user_without_a_password_before_anything_is_logged_again()
    {
        var restored = Users.OfRestoredSystem(directory.Options).ToArray();

        Assert.Equal([.. restored[..^1], "DROP USER IF EXISTS 'root'@'localhost'", "SET sql_log_bin = 1"], Users.OfNewSystem(directory.Options));
    }

    [Fact]
    public void One_user_for_both_is_made_once_and_may_do_everything()
    {
        var statements = Users.OfRestoredSystem(directory.Options with { Replication = new("admin", "another secret") }).ToArray();

        Assert.Equal(5, statements.Length);
        Assert.Contains("ALTER USER 'admin'@'%' IDENTIFIED BY 'a secret'", statements);
        Assert.Contains("GRANT ALL ON *.* TO 'admin'@'%' WITH GRANT OPTION", statements);
    }

    [Fact]
    public void Names_that_differ_in_case_are_two_users() =>
        Assert.Contains("CREATE USER IF NOT EXISTS 'Admin'@'%'", Users.OfRestoredSystem(directory.Options with { Replication = new("Admin", "b") }));

    [Fact]
    public void Whatever_is_in_a_name_or_a_password_stays_in_it()
    {
        var statements = Users.OfRestoredSystem(directory.Options with { Superuser = new(@"o'brien\", @"'; DROP USER 'x'; -- \") }).ToArray();

        Assert.Equal(@"CREATE USER IF NOT EXISTS 'o''brien\\'@'%'", statements[1]);
        Assert.Equal(@"ALTER USER 'o''brien\\'@'%' IDENTIFIED BY '''; DROP USER ''x''; -- \\'", statements[2]);
    }
}
