using Holdfast.Api.Tests;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Cli.Tests;

public sealed class ListTests
{
    private const string Healthy = """
        + Cluster: demo (7012345678901234567)
        | Member | Host           | Role    | State     | TL | Receive LSN | Lag | Replay LSN | Lag |
        +--------+----------------+---------+-----------+----+-------------+-----+------------+-----+
        | a      | 127.0.0.1:5432 | Leader  | running   |  2 |             |     |            |     |
        | b      | 127.0.0.1:5433 | Replica | streaming |  2 |   0/3000060 |   0 |  0/3000060 |   0 |
        | c      | 127.0.0.1:5434 | Replica | streaming |  2 |   0/3000060 |   0 |  0/3000060 |   0 |
        +--------+----------------+---------+-----------+----+-------------+-----+------------+-----+

        """;

    private const string Eventful = """
        + Cluster: demo (7012345678901234567)
        | Member | Host           | Role         | State     | TL | Receive LSN | Lag | Replay LSN | Lag | Pending restart | Tags         |
        +--------+----------------+--------------+-----------+----+-------------+-----+------------+-----+-----------------+--------------+
        | a      | 127.0.0.1:5432 | Leader       | running   |  2 |             |     |            |     | *               |              |
        +--------+----------------+--------------+-----------+----+-------------+-----+------------+-----+-----------------+--------------+
        | b      | 127.0.0.1:5433 | Sync Standby | streaming |  2 |   0/3000060 |   0 |  0/2B00060 |   5 |                 | spare: true  |
        |        |                |              |           |    |             |     |            |     |                 | zone: '1'    |
        +--------+----------------+--------------+-----------+----+-------------+-----+------------+-----+-----------------+--------------+
        | c      | 127.0.0.1:5434 | Replica      | stopped   |    |     unknown |     |    unknown |     |                 | nosync: true |
        +--------+----------------+--------------+-----------+----+-------------+-----+------------+-----+-----------------+--------------+
         Maintenance mode: on
         Switchover scheduled at: 2030-01-01T12:00:00+00:00
                            from: a
                              to: b

        """;

    [Fact]
    public async Task List_prints_the_table_that_patronictl_prints()
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, output, error) = await terminal.RunAsync("list");

        Assert.Equal(Tables.WithRule(Healthy), output);
        Assert.Equal("", error);
        Assert.Equal(0, status);
    }

    [Fact]
    public async Task A_member_that_has_read_nothing_yet_is_not_asked_alone()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.A.View = null;
        terminal.A.DynamicConfiguration = null;
        terminal.Extra.Add(terminal.Members[1].Address);

        Assert.Equal(Tables.WithRule(Healthy), (await terminal.RunAsync("list")).Output);
        Assert.Equal((0, "ttl: 30\n", ""), await terminal.RunAsync("show-config"));
    }

    [Fact]
    public async Task List_shows_what_is_out_of_the_ordinary()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Show(EventfulView());

        Assert.Equal(Tables.WithRule(Eventful), (await terminal.RunAsync("list")).Output);
    }

    [Fact]
    public async Task Topology_indents_those_who_stream_from_a_replica()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Show(Views.Primary(RunningApi.Now).WithStore(store => store with
        {
            Members = store.Members.SetItem(2, Views.Member(Views.C, DatabaseRole.Replica, 5434) with { Tags = new() { ReplicateFrom = "b" } }),
        }));

        var (_, output, _) = await terminal.RunAsync("topology");

        Assert.Contains("\n| a     ", output, StringComparison.Ordinal);
        Assert.Contains("\n| + b   ", output, StringComparison.Ordinal);
        Assert.Contains("\n|   + c ", output, StringComparison.Ordinal);
        Assert.Contains("{replicatefrom: b}", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task List_speaks_to_machines_as_well()
    {
        await using var terminal = await Terminal.StartAsync();

        var json = (await terminal.RunAsync("list", "demo", "-f", "json")).Output;
        var yaml = (await terminal.RunAsync("list", "-f", "yaml")).Output;
        var tsv = (await terminal.RunAsync("list", "-f", "tsv")).Output;

        Assert.StartsWith("""[{"Cluster": "demo", "Member": "a", "Host": "127.0.0.1:5432", "Role": "Leader", "State": "running", "TL": 2}, {""", json, StringComparison.Ordinal);
        Assert.StartsWith("- Cluster: demo\n  Host: 127.0.0.1:5432\n  Member: a\n  Role: Leader\n  State: running\n  TL: 2\n- Cluster", yaml, StringComparison.Ordinal);
        Assert.StartsWith("Cluster\tMember\tHost\tRole\tState\tTL\tReceive LSN\tReceive Lag\tReplay LSN\tReplay Lag\ndemo\ta\t127.0.0.1:5432\t", tsv, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_member_that_is_down_is_passed_over()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Endpoints = [new("http://127.0.0.1:1"), terminal.Members[1].Address];

        Assert.Equal(0, (await terminal.RunAsync("list")).Status);
    }

    [Fact]
    public async Task The_store_is_asked_for_addresses_when_no_known_one_answers()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Endpoints = [new("http://127.0.0.1:1")];
        terminal.Extra.Add(terminal.Members[2].Address);

        Assert.Equal(0, (await terminal.RunAsync("list")).Status);
    }

    [Fact]
    public async Task A_cluster_that_nobody_answers_for_is_an_error()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Endpoints = [new("http://127.0.0.1:1")];

        var (status, output, error) = await terminal.RunAsync("list");

        Assert.Equal(1, status);
        Assert.Equal("", output);
        Assert.StartsWith("Error: Can not find accessible cluster member (127.0.0.1:1:", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_cluster_is_not_shown_under_the_asked_for_name()
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, _, error) = await terminal.RunAsync("list", "other");

        Assert.Equal(1, status);
        Assert.Equal("Error: The member that answered belongs to cluster demo, not to other\n", error);
    }

    [Theory]
    [InlineData("no-such-verb")]
    [InlineData("list", "--no-such-option")]
    [InlineData("list", "-f", "xml")]
    [InlineData("show-config", "--bogus")]
    [InlineData("restart")]
    [InlineData("flush", "demo", "everything")]
    [InlineData("list", "--api", "nonsense")]
    public async Task A_command_line_that_makes_no_sense_exits_with_2(params string[] arguments)
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, output, error) = await terminal.RunAsync(arguments);

        Assert.Equal(2, status);
        Assert.Equal("", output);
        Assert.StartsWith("Error: ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_names_every_verb()
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, output, _) = await terminal.RunAsync("--help");

        Assert.Equal(0, status);
        foreach (var verb in new[]
        {
            "list", "topology", "switchover", "failover", "pause", "resume", "reinit", "restart", "reload", "show-config",
            "edit-config", "history", "status", "explain", "version", "flush", "dsn",
        })
        {
            Assert.Contains($"\n  {verb} ", output, StringComparison.Ordinal);
        }
    }

    private static ClusterView EventfulView() => Views.Primary(RunningApi.Now).WithStore(store => store with
    {
        Sync = new(Views.A, [Views.B]),
        Switchover = new(Views.A, Views.B, new DateTimeOffset(2030, 1, 1, 12, 0, 0, TimeSpan.Zero), null, new(39)),
        Members =
        [
            store.Members[0] with { IsRestartPending = true },
            store.Members[1] with { ReplayPosition = new(0x2B00060), Document = """{"tags": {"zone": "1", "spare": true}}""" },
            store.Members[2] with { State = MemberState.Stopped, IsStreaming = false, Timeline = null, Position = null, ReplayPosition = null, Tags = new() { NoSync = true } },
        ],
    }) with
    { Policy = new() { IsPaused = true, SynchronousMode = SynchronousMode.On } };
}
