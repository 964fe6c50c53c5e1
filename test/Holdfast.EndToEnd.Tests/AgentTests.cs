using System.Text.Json;
using Holdfast.Demo.Cluster;
using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>What becomes of PostgreSQL when its agent ends, one way or the other.</summary>
[Collection(nameof(SharedCluster))]
public sealed class AgentTests(LiveCluster live)
{
    [Fact]
    public async Task A_killed_agent_leaves_PostgreSQL_running_and_the_next_one_adopts_it()
    {
        // An agent that begins anew on a machine that is busy must find the lease still there: otherwise the guard has done its duty.
        var roles = await live.WholeAsync();
        await live.DoAsync("edit-config", "-s", "ttl=60", "--force");
        await Until.TrueAsync(() => HasLongLeaseAsync(roles.Leader), () => $"the lease of {roles.Leader.Name} is still short");
        foreach (var member in new[] { roles.Leader, roles.Other })
        {
            var postmaster = member.Postmaster;
            Assert.NotNull(postmaster);

            await LiveCluster.KillAgentAsync(member);
            Assert.True(ProcessTable.IsAlive(postmaster.Value));
            member.Start();

            await live.WholeAsync();
            Assert.Equal(postmaster.Value.Pid, member.Postmaster?.Pid);
            Assert.Equal(postmaster.Value.StartTicks, member.Postmaster?.StartTicks);
        }

        await live.DoAsync("edit-config", "-s", "ttl=3", "--force");
    }

    [Fact]
    public async Task A_guard_that_killed_a_dead_agent_s_primary_has_it_written_down_by_the_next_agent_and_a_damaged_note_hinders_nobody()
    {
        var roles = await live.WholeAsync();
        await LiveCluster.KillAgentAsync(roles.Other);
        await File.WriteAllTextAsync(Note(roles.Other), "no\0note of a guard", TestContext.Current.CancellationToken);
        roles.Other.Start();
        await Until.TrueAsync(() => !File.Exists(Note(roles.Other)), () => $"{Note(roles.Other)} is still there");

        await LiveCluster.KillAgentAsync(roles.Leader);
        await Until.TrueAsync(() => roles.Leader.Postmaster is null && File.Exists(Note(roles.Leader)), () => "the guard did not kill the database, or left no note of it");
        roles.Leader.Start();

        var trail = "";
        await Until.TrueAsync(
            async () => (trail = await live.DoAsync("audit")).Contains($"{roles.Leader.Name} was fenced: the lease ran out, for the agent had died; the guard killed", StringComparison.Ordinal),
            () => $"the guard's kill is not in the trail: {trail}");
        await live.WholeAsync();
        Assert.False(File.Exists(Note(roles.Leader)), "the note is there though it was written down");
        Assert.Contains("are whole", await live.DoAsync("audit", "verify"), StringComparison.Ordinal);
        Assert.Contains("is no note of a guard", await File.ReadAllTextAsync(roles.Other.Plan.LogFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static string Note(LoopbackMember member) => member.Plan.DataDirectory + ".fenced";

    [Fact]
    public async Task An_agent_that_is_asked_to_stop_stops_PostgreSQL_hands_the_lease_over_and_leaves_no_process()
    {
        var roles = await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        Assert.True(await canary.WaitForWritesAsync(100, TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));

        await LiveCluster.StopAsync(roles.Leader);

        Assert.Equal(0, roles.Leader.ExitStatus);
        Assert.Null(roles.Leader.Postmaster);
        Assert.False(File.Exists(Path.Combine(roles.Leader.Plan.DataDirectory, "postmaster.pid")), "PostgreSQL was not stopped cleanly");
        Assert.Contains("ForShutdown", await File.ReadAllTextAsync(roles.Leader.Plan.LogFile, TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.True(await canary.WaitForWritesAsync(100, TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken), "nobody took over");
        Assert.Equal(roles.Standby.Name, (await live.Cluster.StatusAsync(TestContext.Current.CancellationToken))?.Leader?.Name);

        roles.Leader.Start();
        await live.WholeAsync();
        Assert.Empty(await canary.FindLostAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<bool> HasLongLeaseAsync(LoopbackMember leader)
    {
        using var http = new HttpClient();
        using var status = JsonDocument.Parse(await http.GetStringAsync(new Uri($"{leader.Plan.RestUrl}/holdfast/v1/status"), TestContext.Current.CancellationToken));
        return status.RootElement.TryGetProperty("fence_in_ms", out var left) && left.GetInt64() > 30_000;
    }
}
