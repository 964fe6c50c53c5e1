using System.Text.Json;
using Holdfast.Demo.Canary;

namespace Holdfast.EndToEnd.Tests;

/// <summary>The command line against a cluster that lives and is written to.</summary>
[Collection(nameof(SharedCluster))]
public sealed class OperatorTests(LiveCluster live)
{
    private const string Scope = "live";

    [Fact]
    public async Task A_switchover_under_load_loses_nothing_whether_by_REST_or_by_the_command_line()
    {
        var roles = await live.WholeAsync();
        await using var canary = await WriteAsync();

        Assert.Null(await live.Cluster.Rest.SwitchoverAsync(roles.Leader.Plan, roles.Standby.Name, TestContext.Current.CancellationToken));
        await AssertLeadsAsync(roles.Standby.Name, canary);

        roles = await live.WholeAsync();
        var said = await live.DoAsync("switchover", Scope, "--leader", roles.Leader.Name, "--candidate", roles.Standby.Name, "--force");
        Assert.Contains(roles.Standby.Name, said, StringComparison.Ordinal);
        await AssertLeadsAsync(roles.Standby.Name, canary);
    }

    [Fact]
    public async Task A_failover_to_a_named_candidate_loses_nothing()
    {
        var roles = await live.WholeAsync();
        await using var canary = await WriteAsync();

        await live.DoAsync("failover", Scope, "--candidate", roles.Standby.Name, "--force");

        await AssertLeadsAsync(roles.Standby.Name, canary);
    }

    [Fact]
    public async Task Verbs_that_look_say_who_leads_and_what_the_members_do()
    {
        var roles = await live.WholeAsync();
        var members = live.Cluster.Members.Select(member => member.Name).ToList();

        using var list = JsonDocument.Parse(await live.DoAsync("list", "--format", "json"));
        Assert.Equal(members, list.RootElement.EnumerateArray().Select(member => member.GetProperty("Member").GetString()));
        Assert.Equal(
            [roles.Leader.Name],
            list.RootElement.EnumerateArray().Where(member => member.GetProperty("Role").GetString() == "Leader").Select(member => member.GetProperty("Member").GetString()));

        foreach (var verb in new[] { "list", "topology", "status", "explain" })
        {
            Assert.Contains(roles.Leader.Name, await live.DoAsync(verb), StringComparison.Ordinal);
        }

        Assert.Contains("KeepFollowing", await live.DoAsync("explain", Scope, roles.Other.Name), StringComparison.Ordinal);
        Assert.Contains($"port={roles.Leader.Plan.DatabasePort}", await live.DoAsync("dsn"), StringComparison.Ordinal);
        Assert.Contains(live.Cluster.Plan.BinDirectory.Split('/').First(part => int.TryParse(part, out _)), await live.DoAsync("version", Scope), StringComparison.Ordinal);
        using var history = JsonDocument.Parse(await live.DoAsync("history", "--format", "json"));
        Assert.Equal(JsonValueKind.Array, history.RootElement.ValueKind);
    }

    [Fact]
    public async Task A_changed_setting_is_shown_and_reaches_every_server()
    {
        await live.WholeAsync();

        await live.DoAsync("edit-config", "-s", "postgresql.parameters.log_min_duration_statement=4321", "--force");

        Assert.Contains("4321", await live.DoAsync("show-config"), StringComparison.Ordinal);
        foreach (var member in live.Cluster.Members)
        {
            var host = CanaryHost.Of(live.Cluster.Plan, member.Plan);
            await Until.TrueAsync(async () => await AskAsync(host, "SHOW log_min_duration_statement") == "4321ms", () => $"{member.Name} does not have the setting");
        }
    }

    [Fact]
    public async Task A_paused_cluster_is_left_alone_until_it_is_resumed()
    {
        var roles = await live.WholeAsync();

        await live.DoAsync("pause", "--wait");
        Assert.Contains("Maintenance mode: on", await live.DoAsync("list"), StringComparison.Ordinal);
        await LiveCluster.KillAgentAsync(roles.Leader);
        roles.Leader.Start();
        await Until.TrueAsync(async () => await live.Cluster.StatusAsync(TestContext.Current.CancellationToken) is { Leader: not null }, () => "nobody leads");
        Assert.NotNull(roles.Leader.Postmaster);

        await live.DoAsync("resume", "--wait");
        Assert.DoesNotContain("Maintenance mode", await live.DoAsync("list"), StringComparison.Ordinal);

        // An agent that comes back after its lease has ended finds it free like everybody else.
        await live.WholeAsync();
    }

    [Fact]
    public async Task A_member_that_is_restarted_has_a_new_postmaster_and_comes_back()
    {
        var roles = await live.WholeAsync();
        foreach (var member in new[] { roles.Other, roles.Leader })
        {
            var before = member.Postmaster;

            Assert.Contains(member.Name, await live.DoAsync("restart", Scope, member.Name, "--force"), StringComparison.Ordinal);

            await live.WholeAsync();
            Assert.NotEqual(before?.Pid, member.Postmaster?.Pid);
        }
    }

    [Fact]
    public async Task A_member_that_is_made_anew_has_the_rows()
    {
        var roles = await live.WholeAsync();
        int written;
        await using (var canary = await WriteAsync())
        {
            await live.DoAsync("reinit", Scope, roles.Other.Name, "--force", "--wait");
            await live.WholeAsync();
            Assert.Empty(await canary.FindLostAsync(TestContext.Current.CancellationToken));
            written = canary.AcknowledgedCount;
        }

        var host = CanaryHost.Of(live.Cluster.Plan, roles.Other.Plan);
        await Until.TrueAsync(async () => int.Parse(await AskAsync(host, "SELECT count(*)::text FROM holdfast_canary"), null) >= written, () => "rows are missing");
    }

    private async Task<CanaryClient> WriteAsync()
    {
        var canary = await live.StartWritingAsync();
        Assert.True(await canary.WaitForWritesAsync(100, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken), "the clients cannot write");
        return canary;
    }

    private async Task AssertLeadsAsync(string name, CanaryClient canary)
    {
        Assert.Equal(name, (await live.WholeAsync()).Leader.Name);
        Assert.True(await canary.WaitForWritesAsync(100, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken), "the clients cannot write");
        Assert.Empty(await canary.FindLostAsync(TestContext.Current.CancellationToken));
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
    }

    private static Task<string> AskAsync(CanaryHost host, string question) => Server.AskAsync(host, question);
}
