using Holdfast.Engines.Jobs;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Jobs;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Engines.PostgreSql.Tests;

/// <summary>From what people want to what PostgreSQL reads.</summary>
public class ConfigurationTests
{
    private static CancellationToken Now => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reloadable_parameter_is_in_force_and_a_greater_one_waits_for_a_restart()
    {
        await using var member = await Member.StartPrimaryAsync("one");

        await member.Engine.ConfigureAsync("""{"postgresql": {"parameters": {"work_mem": "7MB", "max_worker_processes": 9}}}""", Now);

        await member.UntilAsync(view => view.IsRestartPending);
        Assert.Equal("7MB", await member.SqlAsync("SHOW work_mem"));
        await member.DoAsync(new DatabaseWork.Restart());
        Assert.False((await member.UntilAsync(view => view.IsResponsive)).IsRestartPending);
        Assert.Equal("9", await member.SqlAsync("SHOW max_worker_processes"));
    }

    [Fact]
    public async Task A_members_own_parameter_wins_except_where_the_cluster_must_agree()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        await member.Engine.ConfigureAsync("""{"postgresql": {"parameters": {"shared_buffers": "99MB", "max_connections": 41}}}""", Now);

        await member.DoAsync(new DatabaseWork.Restart());

        Assert.Equal("16MB", await member.SqlAsync("SHOW shared_buffers"));
        Assert.Equal("41", await member.SqlAsync("SHOW max_connections"));
    }

    [Fact]
    public async Task Changed_local_parameters_are_taken_up_by_a_reload()
    {
        await using var member = await Member.StartPrimaryAsync("one");

        member.Engine.Reload(member.Options with { Parameters = member.Options.Parameters.SetItem("work_mem", "5MB").SetItem("max_connections", "77") });

        var view = await member.UntilAsync(view => view.IsRestartPending);
        Assert.True(view.IsResponsive);
        Assert.Equal("5MB", await member.SqlAsync("SHOW work_mem"));
    }

    [Fact]
    public async Task Parameters_that_PostgreSQL_refuses_are_left_out_and_named()
    {
        await using var member = await Member.StartPrimaryAsync("one");
        await member.Engine.ConfigureAsync(
            """{"postgresql": {"parameters": {"wrok_mem": "7MB", "maintenance_work_mem": "a lot", "wal_keep_segments": 4, "zero_damaged_pages": "off"}}}""", Now);

        await member.DoAsync(new DatabaseWork.Restart());

        var view = await member.LookAsync();
        Assert.Equal("parameters left out: maintenance_work_mem, wrok_mem", view.Trouble);
        Assert.Equal("64MB", await member.SqlAsync("SHOW wal_keep_size"));
    }

    [Fact]
    public async Task A_replica_never_has_less_than_its_primary_needs()
    {
        await using var primary = await Member.StartPrimaryAsync("node-1");
        await primary.Engine.ConfigureAsync("""{"postgresql": {"parameters": {"max_connections": 60}}}""", Now);
        await primary.DoAsync(new DatabaseWork.Restart());

        await using var replica = await primary.StartReplicaAsync("node-2");

        Assert.Equal("60", await replica.SqlAsync("SHOW max_connections"));
        Assert.False((await replica.LookAsync()).IsRestartPending);
    }

    [Theory]
    [InlineData("\"a-1\"", 1, "a-1")]
    [InlineData("2 (\"a-1\",\"b\"\"x\")", 2, "a-1", "b\"x")]
    [InlineData("FIRST 1 (a, b)", 1, "a", "b")]
    [InlineData("ANY 2 (a, \"b,c\", d)", 2, "a", "b,c", "d")]
    public void Synchronous_names_are_read(string text, int count, params string[] names)
    {
        var setting = SyncNames.Parse(text);

        Assert.Equal(count, setting.Count);
        Assert.Equal(names, setting.Standbys.Select(name => name.Text));
    }

    [Fact]
    public void Synchronous_names_survive_writing_and_reading()
    {
        foreach (var setting in new SyncSetting[]
        {
            SyncSetting.None,
            new([], 1, true, null),
            new([new("node-1")], 1, false, null),
            new([new("node-1"), new("odd (\"name\")")], 2, false, null),
        })
        {
            Assert.True(SyncNames.Parse(SyncNames.Render(setting)).IsSameWish(setting), SyncNames.Render(setting));
        }
    }

    [Theory]
    [InlineData("Node-1.example", "node_1_example")]
    [InlineData("a b", "au0032b")]
    public void A_slot_is_named_as_Patroni_names_it(string member, string slot) => Assert.Equal(slot, SlotName.Of(new(member)));

    [Theory]
    [InlineData("127.0.0.1:5433", "127.0.0.1", 5433)]
    [InlineData("*:5432", "*", 5432)]
    [InlineData("a, b:6000", "a,b", 6000)]
    [InlineData("[::1]:6000", "::1", 6000)]
    [InlineData("localhost", "localhost", 5432)]
    public void A_listen_address_is_read(string text, string addresses, int port) =>
        Assert.Equal(new ListenAddress(addresses, port), ListenAddress.Parse(text));

    [Fact]
    public void A_role_option_cannot_smuggle_a_statement() =>
        Assert.Throws<JobFailedException>(() => RoleSql.CreateOrAlter("x", null, ["createdb; DROP TABLE t"]));
}
