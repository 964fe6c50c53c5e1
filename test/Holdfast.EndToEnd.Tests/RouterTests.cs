using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>A whole cluster with <c>holdfast router</c> in front, as the demo has it: clients know the router's port and nothing else.</summary>
public sealed class RouterTests
{
    private const int Writers = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Switchovers_cost_a_client_of_the_router_no_connection_and_a_crash_costs_it_no_row()
    {
        await using var cluster = LoopbackCluster.CreateWithRouter("routed", null, 3, new HoldfastSoftware([CommandLine.Program], null), Holdfast.Demo.Databases.Database.PostgreSql, TimeProvider.System);
        cluster.Start();
        await WholeAsync(cluster);
        await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(cluster.Plan), Writers, TimeProvider.System, Stop);
        Assert.True(await canary.WaitForWritesAsync(200, Limit, Stop), "the canary cannot write through the router");

        for (var count = 0; count < 2; count++)
        {
            await SwitchOverAsync(cluster, canary);
        }

        Assert.Equal(Writers, Connections(canary));
        Assert.Contains("Writes on", await StatusAsync(cluster), StringComparison.Ordinal);
        await AssertManualAsync(await MetricsTests.CheckedPageAsync(cluster.Plan.Router!.RestUrl));

        var trail = await CommandLine.HoldfastAsync("-c", cluster.Members[0].Plan.ConfigurationFile, "audit");
        Assert.Contains("first through the router ", trail.Output, StringComparison.Ordinal);

        var at = canary.Now;
        Assert.True((await cluster.LeaderAsync(Stop)).KillPostmaster(), "there is no PostgreSQL to kill");
        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "nobody took over");
        await WholeAsync(cluster);
        Assert.Empty(await canary.FindLostAsync(Stop));
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
        await cluster.StopAsync(Stop);
    }

    /// <summary>What the manual says of a router's metrics is what it shows.</summary>
    private static async Task AssertManualAsync(string page)
    {
        var manual = await File.ReadAllTextAsync(Path.Combine(CommandLine.RepositoryRoot, "docs", "metrics.md"), Stop);
        foreach (var line in page.Split('\n').Where(line => line.StartsWith("# HELP ", StringComparison.Ordinal)))
        {
            var words = line.Split(' ', 4);
            Assert.Matches($@"\| `{words[2]}` \| (gauge|counter) \| [a-z]* ?\| {System.Text.RegularExpressions.Regex.Escape(words[3])} \|", manual);
        }
    }

    private static async Task SwitchOverAsync(LoopbackCluster cluster, CanaryClient canary)
    {
        var (old, at) = (await cluster.LeaderAsync(Stop), canary.Now);
        var ended = await CommandLine.HoldfastAsync("-c", old.Plan.ConfigurationFile, "switchover", cluster.Plan.Scope, "--force");
        Assert.True(ended.Status == 0, ended.All);
        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "the writes did not come back");
        await WholeAsync(cluster);
        Assert.NotEqual(old, await cluster.LeaderAsync(Stop));
    }

    private static async Task<string> StatusAsync(LoopbackCluster cluster)
    {
        var ended = await CommandLine.HoldfastAsync("-c", cluster.Plan.Router!.ConfigurationFile, "router", "status");
        Assert.True(ended.Status == 0, ended.All);
        return ended.Output;
    }

    private static int Connections(CanaryClient canary) => canary.Acknowledgements().Select(write => (write.Writer, write.Connected)).Distinct().Count();

    private static async Task WholeAsync(LoopbackCluster cluster)
    {
        if (!await cluster.WaitForRedundancyAsync(Limit, null, Stop))
        {
            cluster.KeepFiles();
            Assert.Fail($"{(await cluster.RedundancyAsync(Stop)).Words}; the logs are kept in {cluster.Plan.Directory}");
        }
    }
}
