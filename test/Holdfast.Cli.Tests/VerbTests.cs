using System.Text.Json.Nodes;
using Holdfast.Api.Tests;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Xunit;

namespace Holdfast.Cli.Tests;

public sealed class VerbTests
{
    [Fact]
    public async Task Switchover_shows_the_cluster_before_and_after_and_says_who_leads()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.A.OnSwitchover = _ => terminal.Show(LedBy(Views.B));

        var (status, output, error) = await terminal.RunAsync("switchover", "demo", "--candidate", "b", "--force");

        Assert.Equal(0, status);
        Assert.Equal("", error);
        Assert.StartsWith("Current cluster topology\n+ Cluster: demo ", output, StringComparison.Ordinal);
        Assert.Contains(" Successfully switched over to \"b\"\n+ Cluster", output, StringComparison.Ordinal);
        Assert.Contains("| b      | 127.0.0.1:5433 | Leader ", output, StringComparison.Ordinal);
        Assert.Equal(new SwitchoverRequest(Views.A, Views.B, null, null, Revision.Absent), Assert.Single(terminal.A.Requests));
    }

    [Fact]
    public async Task Switchover_asks_for_everything_that_was_not_said()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.A.OnSwitchover = _ => terminal.Show(LedBy(Views.C));

        var (status, _, error) = await terminal.AnswerAsync("\nc\n\ny\n", "switchover");

        Assert.Equal(0, status);
        Assert.StartsWith("Primary [a]: Candidate ['b', 'c'] []: When should the switchover take place (e.g. ", error, StringComparison.Ordinal);
        Assert.EndsWith("Are you sure you want to switchover cluster demo, demoting current leader a? [y/N]: ", error, StringComparison.Ordinal);
        Assert.Equal(Views.C, Assert.IsType<SwitchoverRequest>(Assert.Single(terminal.A.Requests)).To);
    }

    [Fact]
    public async Task Switchover_does_nothing_without_a_yes()
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, _, error) = await terminal.AnswerAsync("n\n", "switchover", "--leader", "a", "--candidate", "b", "--scheduled", "now");

        Assert.Equal(1, status);
        Assert.EndsWith("Error: Aborting switchover\n", error, StringComparison.Ordinal);
        Assert.Empty(terminal.A.Requests);
    }

    [Fact]
    public async Task Switchover_can_be_tried_without_being_done()
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, output, _) = await terminal.RunAsync("switchover", "--candidate", "b", "--dry-run");

        Assert.Equal(0, status);
        Assert.EndsWith("Would switchover cluster demo, demoting current leader a\n", output, StringComparison.Ordinal);
        Assert.Empty(terminal.A.Requests);
    }

    [Fact]
    public async Task Switchover_is_scheduled_with_a_time_zone()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.A.Answer = new(ControlOutcome.Scheduled, "");

        var (status, output, _) = await terminal.RunAsync("switchover", "--force", "--scheduled", "2035-01-01T12:00:00+02:00");

        Assert.Equal(0, status);
        Assert.Contains(" Switchover scheduled\n", output, StringComparison.Ordinal);
        Assert.Equal(new DateTimeOffset(2035, 1, 1, 12, 0, 0, TimeSpan.FromHours(2)), Assert.IsType<SwitchoverRequest>(Assert.Single(terminal.A.Requests)).ScheduledAt);
    }

    [Theory]
    [InlineData("Member b is not the leader of cluster demo", "switchover", "--leader", "b", "--force")]
    [InlineData("Member a is already the leader of cluster demo", "switchover", "--candidate", "a", "--force")]
    [InlineData("Member x does not exist in cluster demo or is tagged as nofailover", "switchover", "--candidate", "x", "--force")]
    [InlineData("Failover could be performed only to a specific candidate", "failover", "--force")]
    [InlineData("Unable to parse scheduled timestamp (never). It should be in an unambiguous format (e.g. ISO 8601)", "switchover", "--scheduled", "never", "--force")]
    [InlineData("No leader among provided members", "restart", "demo", "b", "--role", "leader", "--force")]
    [InlineData("Cluster is not paused", "resume")]
    [InlineData("Invalid parameter setting ttl", "edit-config", "-s", "ttl", "--force")]
    [InlineData("--role and --member are mutually exclusive options", "dsn", "-r", "replica", "-m", "a")]
    [InlineData("Can not find a suitable member", "dsn", "-m", "x")]
    public async Task A_refusal_is_an_error_with_status_1(string words, params string[] arguments)
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, _, error) = await terminal.RunAsync(arguments);

        Assert.Equal((1, $"Error: {words}\n"), (status, error));
    }

    [Fact]
    public async Task Switchover_without_candidates_or_in_a_pause_is_refused()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Show(Views.Primary(RunningApi.Now) with { Policy = new() { IsPaused = true } });
        var (_, _, paused) = await terminal.RunAsync("switchover", "--scheduled", "2035-01-01T12:00Z", "--force");
        terminal.Show(Views.Primary(RunningApi.Now).WithStore(store => store with { Members = [store.Members[0]] }));
        var (_, _, alone) = await terminal.RunAsync("switchover", "--force");

        Assert.Equal("Error: Can't schedule switchover in the paused state\n", paused);
        Assert.Equal("Error: No candidates found to switchover to\n", alone);
    }

    [Fact]
    public async Task Pause_and_resume_wait_until_every_member_knows()
    {
        await using var terminal = await Terminal.StartAsync();
        foreach (var member in terminal.Members.Skip(1))
        {
            member.Control.View = member.Control.View! with { Policy = new() { IsPaused = true } };
        }

        var (status, output, error) = await terminal.RunAsync("pause", "--wait");
        var (again, _, refusal) = await terminal.RunAsync("pause");

        Assert.Equal((0, "Success: cluster management is paused\n"), (status, output));
        Assert.Equal("'pause' request sent, waiting until it is recognized by all nodes\n", error);
        Assert.Equal((1, "Error: Cluster is already paused\n"), (again, refusal));
        Assert.Equal((0, "Success: cluster management is resumed\n", ""), await terminal.RunAsync("resume"));
    }

    [Fact]
    public async Task Restart_and_reload_and_reinit_say_how_it_went_for_each_member()
    {
        await using var terminal = await Terminal.StartAsync();

        var restart = (await terminal.RunAsync("restart", "demo", "a", "b", "--force")).Output;
        var reload = (await terminal.RunAsync("reload", "demo", "--role", "replica", "--force")).Output;
        var reinit = (await terminal.RunAsync("reinit", "demo", "b", "--force")).Output;
        terminal.B.Answer = new(ControlOutcome.Refused, "restart conditions are not satisfied");
        var refused = (await terminal.RunAsync("restart", "demo", "b", "--force", "--pg-version", "14.0")).Output;

        Assert.EndsWith("+\nSuccess: restart on member a\nSuccess: restart on member b\n", restart, StringComparison.Ordinal);
        Assert.EndsWith("Reload request received for member b and will be processed within 10 seconds\nReload request received for member c and will be processed within 10 seconds\n", reload, StringComparison.Ordinal);
        Assert.EndsWith("Success: reinitialize for member b\n", reinit, StringComparison.Ordinal);
        Assert.EndsWith("Failed: restart for member b, status code=503, (restart conditions are not satisfied)\n", refused, StringComparison.Ordinal);
        Assert.Equal("14.0", Assert.IsType<RestartConditions>(terminal.B.Requests[^1]).OnlyIfVersionBelow);
    }

    [Fact]
    public async Task Only_members_that_need_it_are_restarted_when_pending_is_asked_for()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.Show(Views.Primary(RunningApi.Now).WithStore(store => store with { Members = store.Members.SetItem(1, store.Members[1] with { IsRestartPending = true }) }));

        var (_, output, _) = await terminal.RunAsync("restart", "demo", "--pending", "--force");

        Assert.EndsWith("+\nSuccess: restart on member b\n", output, StringComparison.Ordinal);
        Assert.True(Assert.IsType<RestartConditions>(Assert.Single(terminal.B.Requests)).OnlyIfPending);
        Assert.Empty(terminal.A.Requests);
    }

    [Fact]
    public async Task Flush_forgets_what_was_scheduled()
    {
        await using var terminal = await Terminal.StartAsync();
        var nothing = (await terminal.RunAsync("flush", "demo", "switchover")).Output;
        terminal.Show(Views.Primary(RunningApi.Now).WithStore(store => store with { Switchover = new(Views.A, null, DateTimeOffset.MaxValue, null, new(39)) }));

        Assert.Equal("No pending scheduled switchover\n", nothing);
        Assert.Equal("Success: scheduled switchover deleted\n", (await terminal.RunAsync("flush", "demo", "switchover")).Output);
        Assert.EndsWith("No scheduled restart for member b\n", (await terminal.RunAsync("flush", "demo", "b", "restart", "--force")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Credentials_are_sent_and_their_absence_is_told()
    {
        await using var terminal = await Terminal.StartAsync(view => view, options => options with { Credentials = new("admin", "s3cret") });
        var without = (await terminal.RunAsync("reload", "demo", "a", "--force")).Output;
        (terminal.Username, terminal.Password) = ("admin", "s3cret");
        var with = (await terminal.RunAsync("reload", "demo", "a", "--force")).Output;

        Assert.EndsWith("Failed: reload for member a, status code=401, (no auth header received)\n", without, StringComparison.Ordinal);
        Assert.Contains("Reload request received for member a", with, StringComparison.Ordinal);
    }

    [Fact]
    public async Task History_version_and_dsn_say_what_they_know()
    {
        await using var terminal = await Terminal.StartAsync();

        Assert.Equal(
            "+----+----------+------------------------------+----------------------------------+------------+\n"
            + "| TL |      LSN | Reason                       | Timestamp                        | New Leader |\n"
            + "+----+----------+------------------------------+----------------------------------+------------+\n"
            + "|  1 | 25623960 | no recovery target specified | 2026-01-02T03:04:05.123456+00:00 | a          |\n"
            + "+----+----------+------------------------------+----------------------------------+------------+\n",
            (await terminal.RunAsync("history")).Output);
        Assert.Equal("holdfast version 0.1.0\n\na: Holdfast 4.1.0 PostgreSQL 15.18\n", (await terminal.RunAsync("version", "demo", "a")).Output);
        Assert.Equal("holdfast version 0.1.0\n", (await terminal.RunAsync("version")).Output);
        Assert.Equal("host=127.0.0.1 port=5432\n", (await terminal.RunAsync("dsn")).Output);
        Assert.Equal("host=127.0.0.1 port=5433\n", (await terminal.RunAsync("dsn", "demo", "-r", "replica")).Output);
    }

    [Fact]
    public async Task Status_and_explain_say_who_leads_and_why()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.A.Decisions = [new(DateTimeOffset.UnixEpoch, "leadership", "KeepLeading", "this node leads and holds the lease", ["renew the lease"], "view", 3)];

        var status = (await terminal.RunAsync("status")).Output;
        var explain = (await terminal.RunAsync("explain", "demo", "a", "--inputs")).Output;
        var json = JsonNode.Parse((await terminal.RunAsync("status", "-f", "json")).Output)!;

        Assert.Contains("guard:ready", status, StringComparison.Ordinal);
        Assert.Contains("this node leads and holds the lease", status, StringComparison.Ordinal);
        Assert.Equal(
            "1970-01-01T00:00:00+00:00  leadership: this node leads and holds the lease [KeepLeading] (3 times)\n    -> renew the lease\n    from view\n", explain);
        Assert.Equal(17, (int)json[0]!["Term"]!);
    }

    private static ClusterView LedBy(MemberName leader) => Views.Primary(RunningApi.Now).WithStore(store => store with
    {
        Lease = new(leader, new(41), null),
        Members = [.. store.Members.Select(member => member with { Role = member.Name == leader ? DatabaseRole.Primary : DatabaseRole.Replica, IsStreaming = member.Name != leader })],
    });
}
