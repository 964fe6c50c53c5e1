using System.Text.Json.Nodes;
using Holdfast.Browsing;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Real clusters with a router and an end-to-end probe in each agent: what the probes say when the primary goes.</summary>
[Collection(nameof(OneGroup))]
public sealed class ProbeTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_failover_of_PostgreSQL_is_an_outage_that_ends_and_no_acknowledged_write_is_lost()
    {
        await using var cluster = LoopbackCluster.Create("probed", null, 3, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        await ProbeAsync(cluster);
        var first = await cluster.LeaderAsync(Stop);

        Assert.True(first.KillPostmaster(), "there is no PostgreSQL to kill");

        await ServedAgainAsync(cluster);
        await WholeAsync(cluster);
        await AssertRouteIsWrittenDownAsync(cluster);
        await AssertAlertFollowsAnOutageAsync(cluster);
        await cluster.StopAsync(Stop);
    }

    [Fact]
    public async Task A_failover_of_MySQL_is_an_outage_that_ends_and_no_acknowledged_write_is_lost()
    {
        await using var group = MySqlGroup.Create("probed");
        await ProbeAsync(group);
        var first = await group.LeaderAsync(Stop);

        first.KillAll();

        await ServedAgainAsync(group, first);
        first.Start();
        await WholeAsync(group);
        await group.StopAsync(Stop);
    }

    /// <summary>The probes are the clients of the agents' routers; what the trail says of the change, every member's page shows.</summary>
    private static async Task AssertRouteIsWrittenDownAsync(LoopbackCluster cluster)
    {
        var trail = "";
        await Until.TrueAsync(
            async () => (trail = await DoAsync(cluster.Members[0], "audit")).Split('\n').Any(line => line.Contains("| leader ", StringComparison.Ordinal) && line.Contains("promote_ms: ", StringComparison.Ordinal) && line.Contains("route_ms: ", StringComparison.Ordinal)),
            () => $"the trail does not say when clients were served: {trail}");
        Assert.Contains("first through the router ", trail, StringComparison.Ordinal);
        foreach (var member in cluster.Members)
        {
            var page = await MetricsAsync(member);
            Assert.All(
                ["promotion", "detect", "promote", "route"],
                phase => Assert.Contains($"holdfast_last_failover_phase_seconds{{scope=\"probed\",name=\"{member.Name}\",phase=\"{phase}\"}}", page, StringComparison.Ordinal));
        }
    }

    /// <summary>While the cluster is paused nobody takes over, so that the outage lasts as long as the alert needs.</summary>
    private static async Task AssertAlertFollowsAnOutageAsync(LoopbackCluster cluster)
    {
        var leader = await cluster.LeaderAsync(Stop);
        var witness = cluster.Members.First(member => member != leader);
        await DoAsync(witness, "edit-config", "-s", "alerts.rules.ProbeFailing.when=probe_outage_seconds >= 2", "--force");
        await DoAsync(witness, "pause", "--wait");
        Assert.True(leader.KillPostmaster(), "there is no PostgreSQL to kill");

        await FiresAsync(witness, "ProbeFailing", true);
        Assert.Contains("failing", await DoAsync(witness, "slo"), StringComparison.Ordinal);
        await DoAsync(witness, "resume", "--wait");

        await FiresAsync(witness, "ProbeFailing", false);
        await ServedAgainAsync(cluster);
    }

    private static async Task ProbeAsync(LoopbackCluster cluster)
    {
        await ProbedMembers.AddAsync(cluster, Stop);

        cluster.Start();
        await WholeAsync(cluster);
        await AllAsync(cluster.Members, probe => Word(probe, "state") == "served", "is served");
    }

    private static async Task ServedAgainAsync(LoopbackCluster cluster, LoopbackMember? gone = null)
    {
        var others = cluster.Members.Where(member => member != gone).ToList();
        await AllAsync(others, probe => Number(probe, "outages") > 0 && Word(probe, "state") == "served", "met an outage and is served again");
        foreach (var member in others)
        {
            var probe = await StatusAsync(member);
            Assert.True(Number(probe, "failures") > 0, probe?.ToJsonString());
            Assert.True(probe!["last_outage"]!["seconds"]!.GetValue<double>() > 0, probe.ToJsonString());
            Assert.True(probe["last_outage"]!["is_over"]!.GetValue<bool>(), probe.ToJsonString());
            Assert.Equal(0, Number(probe, "lost_writes"));
        }

        // On a busy machine a probe that was served may fail once more before it is asked again.
        var table = "";
        await Until.TrueAsync(
            async () => (table = await DoAsync(others[0], "slo")).Contains("served", StringComparison.Ordinal),
            () => $"nobody is served: {table}");
        Assert.Contains($"holdfast_probe_lost_writes_total{{scope=\"probed\",name=\"{others[0].Name}\"}} 0", await MetricsAsync(others[0]), StringComparison.Ordinal);
    }

    private static async Task AllAsync(IReadOnlyList<LoopbackMember> members, Func<JsonNode?, bool> isReached, string words)
    {
        foreach (var member in members)
        {
            JsonNode? probe = null;
            await Until.TrueAsync(
                async () => isReached(probe = await StatusAsync(member)),
                () => $"it is not so that {member.Name}'s probe {words}: {probe?.ToJsonString()}");
        }
    }

    private static async Task<JsonNode?> StatusAsync(LoopbackMember member)
    {
        using var http = new HttpClient();
        try
        {
            return JsonNode.Parse(await http.GetStringAsync(new Uri($"{member.Plan.RestUrl}/holdfast/v1/status"), Stop))?["probe"];
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task<string> MetricsAsync(LoopbackMember member)
    {
        using var http = new HttpClient();
        return await http.GetStringAsync(new Uri($"{member.Plan.RestUrl}/metrics"), Stop);
    }

    private static Task FiresAsync(LoopbackMember member, string alert, bool isWished) => Until.TrueAsync(
        async () => (await DoAsync(member, "alerts")).Split('\n').Any(line => line.Contains(alert, StringComparison.Ordinal) && line.Contains("firing", StringComparison.Ordinal)) == isWished,
        () => $"{alert} {(isWished ? "does not fire" : "goes on firing")}");

    private static string? Word(JsonNode? probe, string key) => probe?[key]?.GetValue<string>();

    private static long Number(JsonNode? probe, string key) => probe?[key]?.GetValue<long>() ?? 0;

    private static async Task<string> DoAsync(LoopbackMember member, params string[] verb)
    {
        var ended = await CommandLine.HoldfastAsync(["-c", member.Plan.ConfigurationFile, .. verb]);
        Assert.True(ended.Status == 0, ended.All);
        return ended.Output;
    }

    private static async Task WholeAsync(LoopbackCluster cluster)
    {
        if (!await cluster.WaitForRedundancyAsync(Limit, null, Stop))
        {
            cluster.KeepFiles();
            Assert.Fail($"{(await cluster.RedundancyAsync(Stop)).Words}; the logs are kept in {cluster.Plan.Directory}");
        }
    }
}
