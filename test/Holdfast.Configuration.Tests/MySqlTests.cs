using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class MySqlTests
{
    private const string Before = """
        scope: demo
        name: a
        restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}
        raft: {self_addr: '127.0.0.1:2380'}

        """;

    private const string Users = """
          authentication:
            superuser: {username: admin, password: 'super secret'}
            replication: {username: replicator, password: 'repl secret'}

        """;

    private const string Smallest = $"""
        {Before}mysql:
          listen: 10.0.0.1:3307
          connect_address: db-1.example:3308
          data_dir: /data/mysql
        {Users}
        """;

    [Fact]
    public void The_smallest_file_leaves_the_rest_to_defaults()
    {
        var configuration = Configurations.Valid(Smallest);
        var mysql = configuration.MySql!;

        Assert.Equal(("10.0.0.1:3307", "db-1.example:3308", "/data/mysql"), (mysql.Listen.ToString(), mysql.ConnectAddress.ToString(), mysql.DataDirectory));
        Assert.Equal((new("admin", "super secret"), new Credentials("replicator", "repl secret")), (mysql.Superuser, mysql.Replication));
        Assert.Equal(new HostPort("db-1.example", 33061), mysql.GroupAddress);
        Assert.Equal((null, null, null, false, 0), (mysql.GroupName, mysql.BinDirectory, mysql.OsUser, mysql.IsMultiPrimary, mysql.Parameters.Length));
    }

    [Fact]
    public void Every_key_of_the_section_is_read()
    {
        var mysql = Configurations.Valid($$"""
            {{Before}}mysql:
              listen: '127.0.0.1,10.0.0.1'
              connect_address: 10.0.0.1
              data_dir: /data/mysql
              bin_dir: /usr/sbin
              os_user: mysql
              group: {name: AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE, local_address: 'fd00::1', mode: multi-primary}
              parameters: {max_connections: 500, innodb-flush-method: O_DIRECT, slow_query_log: on, general_log: off, nothing: }
            {{Users}}
            """).MySql!;

        Assert.Equal("127.0.0.1,10.0.0.1:3306", mysql.Listen.ToString());
        Assert.Equal(new HostPort("10.0.0.1", 3306), mysql.ConnectAddress);
        Assert.Equal(("/usr/sbin", "mysql"), (mysql.BinDirectory, mysql.OsUser));
        Assert.Equal(("aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee", new HostPort("fd00::1", 33061), true), (mysql.GroupName, mysql.GroupAddress, mysql.IsMultiPrimary));
        Assert.Equal(
            [new("max_connections", "500"), new("innodb-flush-method", "O_DIRECT"), new("slow_query_log", "on"), new("general_log", "off")],
            mysql.Parameters);
    }

    [Theory]
    [InlineData("single-primary", false)]
    [InlineData("multi-primary", true)]
    [InlineData("Multi-Primary", true)]
    public void The_mode_says_how_many_take_writes(string mode, bool isMultiPrimary) =>
        Assert.Equal(isMultiPrimary, Configurations.Valid($"{Smallest}  group: {{mode: {mode}}}").MySql!.IsMultiPrimary);

    [Fact]
    public void A_file_without_the_section_has_no_MySQL() => Assert.Null(Configurations.Valid(Configurations.Smallest).MySql);

    [Fact]
    public void A_command_line_needs_no_more_of_it_than_there_is()
    {
        var result = Configurations.Parse("scope: demo\nraft: {self_addr: '127.0.0.1:2380'}\nmysql: {listen: '127.0.0.1:3306'}\n", ConfigurationPurpose.CommandLine);

        Assert.Empty(result.Problems);
        Assert.Equal(new HostPort("127.0.0.1", 33061), result.Configuration!.MySql!.GroupAddress);
    }

    [Fact]
    public void One_agent_runs_one_database() =>
        Assert.Equal(
            "node.yml:13:1: error: mysql: one agent runs one database: write either postgresql or mysql",
            Configurations.Parse(
                $"{Before}postgresql:\n  listen: 127.0.0.1:5432\n  connect_address: 127.0.0.1:5432\n  data_dir: data\n  use_slots: true\n\n\n\n{Smallest[Before.Length..]}")
                .Problems.Single().ToString());

    [Theory]
    [InlineData("  group: {name: shop}", "12:11: error: mysql.group.name: must be a UUID, as `uuidgen` makes them; without a name the first member makes one")]
    [InlineData("  group: {name: '{AAAAAAAA-BBBB-CCCC-DDDD-EEEEEEEEEEEE}'}", "12:11: error: mysql.group.name: must be a UUID")]
    [InlineData("  group: {mode: multi-master}", "12:17: error: mysql.group.mode: 'multi-master' is not one of single-primary, multi-primary")]
    [InlineData("  group: {local_address: '*:33061'}", "12:26: error: mysql.group.local_address: '*:33061' is not an address that the other members can reach, not a wildcard")]
    [InlineData("  group: {local_address: 'a:99999'}", "12:26: error: mysql.group.local_address: 'a:99999' is not an address such as")]
    [InlineData("  group: {nmae: a}", "12:11: error: mysql.group.nmae: is not a known key; did you mean 'name'?")]
    [InlineData("  group: shop", "12:10: error: mysql.group: 'shop' is not a section")]
    [InlineData("  data_dri: /data", "12:3: error: mysql.data_dri: is not a known key; did you mean 'data_dir'?")]
    [InlineData("  parameters: {max_connections: [5]}", "12:33: error: mysql.parameters.max_connections: a list is not a single value")]
    public void A_mistake_is_named_with_its_place_and_what_would_be_right(string line, string expected)
    {
        var problem = Assert.Single(Configurations.Parse(Smallest + line).Problems);

        Assert.StartsWith($"node.yml:{expected}", problem.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_an_agent_cannot_do_without_is_named() =>
        Assert.Equal(
            [
                "mysql.authentication.replication.password", "mysql.authentication.replication.username", "mysql.authentication.superuser.password",
                "mysql.authentication.superuser.username", "mysql.connect_address", "mysql.data_dir", "mysql.listen",
            ],
            Configurations.Parse($"{Before}mysql: {{bin_dir: /usr/sbin}}\n").Problems.Select(problem => $"{problem.Path}").Order(StringComparer.Ordinal));

    [Fact]
    public void A_secret_is_never_shown()
    {
        var wrong = Configurations.Parse($$"""
            {{Before}}mysql:
              listen: 10.0.0.1:3307
              connect_address: 10.0.0.1:3307
              data_dir: /data/mysql
              authentication:
                superuser: hunter2
                replication: {username: [hunter2], password: {hunter2: hunter2} }
            """);
        var valid = Configurations.Valid(Smallest.Replace("super secret", "hunter2", StringComparison.Ordinal).Replace("repl secret", "hunter2", StringComparison.Ordinal));

        Assert.True(wrong.Problems.Length >= 4);
        Assert.DoesNotContain(wrong.Problems, problem => problem.ToString().Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", valid.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", valid.MySql!.ToString(), StringComparison.Ordinal);
    }
}
