using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>What becomes of PostgreSQL when its agent ends, one way or the other.</summary>
public sealed class AgentTests(LiveCluster live)
{
    [Fact]
    public async Task A_killed_agent_leaves_PostgreSQL_running_and_the_next_one_adopts_it()
    {
        var roles = await live.WholeAsync();
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
    }

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
}
