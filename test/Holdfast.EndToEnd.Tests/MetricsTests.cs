using Holdfast.PrometheusPrograms;

namespace Holdfast.EndToEnd.Tests;

/// <summary>What a cluster that lives shows to Prometheus, and what is exported of it.</summary>
[Collection(nameof(SharedCluster))]
public sealed class MetricsTests(LiveCluster live)
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_members_page_is_as_Prometheus_own_tool_wants_it_and_has_the_servers_columns()
    {
        var roles = await live.WholeAsync();
        foreach (var member in live.Cluster.Members)
        {
            await CheckedPageAsync(member.Plan.RestUrl);
        }

        var page = await PageAsync(roles.Leader.Plan.RestUrl);
        var standby = $"{{scope=\"live\",name=\"{roles.Leader.Name}\",application_name=\"{roles.Standby.Name}\",client_addr=\"127.0.0.1\"";
        foreach (var column in new[] { "sent_lsn", "write_lsn", "flush_lsn", "replay_lsn", "lag_bytes", "replay_lag_seconds" })
        {
            Assert.Contains($"holdfast_pg_stat_replication_{column}{standby}}} ", page, StringComparison.Ordinal);
        }

        Assert.Contains($"holdfast_pg_stat_replication_state{standby},state=\"streaming\",sync_state=\"", page, StringComparison.Ordinal);
        Assert.Contains($"holdfast_store_requests_total{{scope=\"live\",name=\"{roles.Leader.Name}\",operation=\"keep_session\"}} ", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_change_of_leader_is_counted_and_timed_by_every_member_that_saw_it()
    {
        var roles = await live.WholeAsync();

        await live.DoAsync("switchover", "live", "--leader", roles.Leader.Name, "--candidate", roles.Standby.Name, "--force");

        foreach (var member in live.Cluster.Members)
        {
            await Until.TrueAsync(
                async () => await PageAsync(member.Plan.RestUrl) is var page
                    && page.Contains("phase=\"leaderless\"", StringComparison.Ordinal)
                    && page.Contains("phase=\"promotion\"", StringComparison.Ordinal)
                    && !page.Contains($"holdfast_leader_changes_total{{scope=\"live\",name=\"{member.Name}\"}} 0\n", StringComparison.Ordinal),
                () => $"{member.Name} does not say how the leader changed");
        }

        await live.WholeAsync();
    }

    [Fact]
    public async Task The_exported_rules_are_those_that_the_cluster_goes_by_now()
    {
        await live.WholeAsync();

        await live.DoAsync("edit-config", "-s", "alerts.rules.DiskSpaceLow.when=disk_free_percent < 17", "--force");

        await Until.TrueAsync(
            async () => (await live.DoAsync("export", "prometheus-rules")).Contains("(holdfast_disk_free_percent) < 17", StringComparison.Ordinal),
            () => "the rule is not exported");
        Assert.Contains("(holdfast_disk_free_percent) < 10", await live.DoAsync("export", "prometheus-rules", "--defaults"), StringComparison.Ordinal);
        await live.DoAsync("edit-config", "-s", "alerts.rules.DiskSpaceLow=null", "--force");
    }

    /// <summary>The page of a member or a router, whose tool has nothing to say of it.</summary>
    internal static async Task<string> CheckedPageAsync(string address)
    {
        var page = await PageAsync(address);
        await PrometheusProgram.CheckMetricsAsync(page);
        return page;
    }

    private static async Task<string> PageAsync(string address)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"{address}/metrics"), Stop);
    }
}
