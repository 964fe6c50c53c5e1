using System.Collections.Immutable;
using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.Processes;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Engines.MySql.Tests.Configuration;

public class ServerVariablesTests
{
    internal static readonly MySqlOptions Options = new()
    {
        MemberName = new MemberName("alpha"),
        ListenHost = "*",
        ListenPort = 3306,
        ConnectHost = "10.0.0.1",
        ConnectPort = 3306,
        DataDirectory = "/data/mysql",
        Superuser = new("admin", "a secret"),
        Replication = new("replicator", "another secret"),
        Group = new GroupOptions { Name = "aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa", Host = "fd00::1", Port = 33061, Weight = 60 },
    };

    public static TheoryData<string> Reserved => [.. ServerVariables.Reserved];

    [Fact]
    public void What_the_group_depends_on_is_written()
    {
        var lines = Lines(Options);

        Assert.Equal("[mysqld]", lines[1]);
        Assert.Superset(
            new HashSet<string>(
            [
                "datadir = /data/mysql", "port = 3306", "bind_address = *", "report_host = 10.0.0.1", "report_port = 3306", "gtid_mode = ON",
                "super_read_only = ON", "socket = /data/mysql/mysqld.sock", "loose_group_replication_group_name = of-the-group",
                "loose_group_replication_start_on_boot = OFF", "loose_group_replication_bootstrap_group = OFF",
                "loose_group_replication_local_address = [fd00::1]:33061", "loose_group_replication_single_primary_mode = ON",
                "loose_group_replication_enforce_update_everywhere_checks = OFF", "loose_group_replication_member_weight = 60",
                "loose_group_replication_consistency = BEFORE_ON_PRIMARY_FAILOVER", "secure_file_priv = NULL",
            ]),
            lines.ToHashSet());
    }

    [Fact]
    public void Every_variable_is_written_once()
    {
        var names = Lines(With(("work", "1"), ("secure-file-priv", "/tmp"))).Skip(2).Select(line => line.Split(" = ")[0]).ToArray();

        Assert.Equal(names.Distinct(), names);
    }

    [Fact]
    public void No_secret_is_written() => Assert.DoesNotContain("secret", string.Join('\n', Lines(Options)), StringComparison.Ordinal);

    [Fact]
    public void A_member_of_no_group_yet_names_none() =>
        Assert.DoesNotContain("group_name", ServerVariables.Text(Options, Files(Options), null), StringComparison.Ordinal);

    [Fact]
    public void In_multi_primary_mode_every_member_takes_writes_and_checks_them()
    {
        var lines = Lines(Options with { Group = Options.Group with { IsMultiPrimary = true } });

        Assert.Contains("loose_group_replication_single_primary_mode = OFF", lines);
        Assert.Contains("loose_group_replication_enforce_update_everywhere_checks = ON", lines);
    }

    [Fact]
    public void A_servers_number_is_its_own_and_stays_the_same()
    {
        Assert.Equal(Number(Options), Number(With(("max_connections", "5"))));
        Assert.NotEqual(Number(Options), Number(Options with { ConnectPort = 3307 }));
        Assert.InRange(Number(Options), 1, uint.MaxValue);

        static long Number(MySqlOptions options) =>
            long.Parse(Lines(options).Single(line => line.StartsWith("server_id", StringComparison.Ordinal)).Split(" = ")[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    [Fact]
    public void An_operators_variable_is_written_after_our_own()
    {
        var lines = Lines(With(("max-connections", "500"), ("innodb_buffer_pool_size", "1G"), ("validate_password.policy", "STRONG")));

        Assert.Equal(["innodb_buffer_pool_size = 1G", "max_connections = 500", "validate_password.policy = STRONG"], lines[^3..]);
    }

    [Theory]
    [MemberData(nameof(Reserved))]
    public void What_the_group_depends_on_is_not_an_operators(string name)
    {
        var options = With(
            (name, "theirs"), (name.Replace('_', '-'), "theirs"), ("loose_" + name, "theirs"), ("loose-" + name, "theirs"), ("skip-" + name, "theirs"),
            ("loose_skip_" + name, "theirs"), ("disable_" + name, "theirs"), ($" {name} ", "theirs"));

        Assert.Equal(Lines(Options), Lines(options));
    }

    [Theory]
    [InlineData("secure_file_priv", "secure_file_priv")]
    [InlineData("secure-file-priv", "secure_file_priv")]
    [InlineData("group_replication_member_expel_timeout", "group_replication_member_expel_timeout")]
    [InlineData("loose-group_replication_member_expel_timeout", "loose_group_replication_member_expel_timeout")]
    [InlineData("group_replication_consistency", "group_replication_consistency")]
    public void What_an_operator_may_choose_replaces_our_choice(string name, string written)
    {
        var meant = Lines(With((name, "theirs"))).Where(line => line.Contains(written.Replace("loose_", "", StringComparison.Ordinal), StringComparison.Ordinal));

        Assert.Equal([$"{written} = theirs"], meant);
    }

    [Theory]
    [InlineData("max_connections", "5\nsuper_read_only = OFF")]
    [InlineData("max_connections", "5\r\nsuper_read_only = OFF")]
    [InlineData("max_connections", "5\0")]
    [InlineData("max_connections = 5\nsuper_read_only", "OFF")]
    [InlineData("[client]\nmax_connections", "5")]
    [InlineData("!include /tmp/other.cnf\nx", "5")]
    [InlineData("[mysqld-8.4]", "5")]
    [InlineData("secure_file_priv", "/tmp\n")]
    [InlineData("group_replication_consistency", "EVENTUAL\nsuper_read_only = OFF")]
    public void What_would_make_another_line_is_left_out(string name, string value) => Assert.Equal(Lines(Options), Lines(With((name, value))));

    [Theory]
    [InlineData("super-read-only")]
    [InlineData("loose-group-replication-group-name")]
    [InlineData("skip_log-replica-updates")]
    [InlineData("disable-gtid_mode")]
    [InlineData("enable_plugin-load-add")]
    [InlineData("maximum-port")]
    [InlineData("loose_skip-networking")]
    [InlineData("loose_loose-maximum_server-id")]
    [InlineData(" datadir ")]
    public void An_operator_is_told_by_the_name_as_written_that_a_variable_is_the_agent_s(string name) =>
        Assert.Equal([(name, "the group and its safety hang on it, so it is the agent's to set")], ServerVariables.LeftOut(With((name, "theirs")).Parameters));

    [Theory]
    [InlineData("5\nsuper_read_only = OFF")]
    [InlineData("5\r")]
    [InlineData("5\0")]
    public void An_operator_is_told_of_a_value_that_is_more_than_one_line(string value) =>
        Assert.Equal([("max_connections", "its value is more than one line")], ServerVariables.LeftOut(With(("max_connections", value)).Parameters));

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("max connections")]
    [InlineData("größe")]
    [InlineData("a=b")]
    [InlineData("a;b")]
    [InlineData("#a")]
    [InlineData("!include /tmp/other.cnf")]
    [InlineData("[client]")]
    [InlineData("a\nb")]
    public void An_operator_is_told_of_what_is_no_variable_s_name(string name)
    {
        Assert.Equal([(name, "it is no variable's name")], ServerVariables.LeftOut(With((name, "5")).Parameters));
        Assert.Equal(Lines(Options), Lines(With((name, "5"))));
    }

    [Fact]
    public void Nothing_is_said_of_what_is_written() =>
        Assert.Empty(ServerVariables.LeftOut(With(
            ("max-connections", "5"), ("loose-validate_password.policy", "LOW"), ("skip_name_resolve", "ON"), ("portfolio", "1"), ("maximum_join_size", "9"), ("empty", "")).Parameters));

    [Fact]
    public void A_socket_in_a_deep_directory_gets_a_short_name()
    {
        var deep = Options with { DataDirectory = "/" + new string('d', 120) };

        Assert.InRange(Files(deep).Socket.Length, 1, 107);
        Assert.NotEqual(Files(deep).Socket, Files(deep with { DataDirectory = deep.DataDirectory + "d" }).Socket);
    }

    private static MySqlOptions With(params (string Name, string Value)[] parameters) =>
        Options with { Parameters = parameters.DistinctBy(pair => pair.Name).ToImmutableSortedDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal) };

    private static string[] Lines(MySqlOptions options) => ServerVariables.Text(options, Files(options), "of-the-group").TrimEnd('\n').Split('\n');

    internal static ServerFiles Files(MySqlOptions options) => new(options, OsAccount.Resolve("nobody", "MySQL"));
}
