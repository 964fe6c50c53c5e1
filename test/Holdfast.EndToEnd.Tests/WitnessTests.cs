using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Two databases and a witness have a majority between them, as three databases do.</summary>
public sealed class WitnessTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task With_a_witness_the_standby_takes_over_from_a_primary_that_is_lost_with_its_host_and_its_vote()
    {
        await using var cluster = LoopbackCluster.CreateWithWitness("pair", 2, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        cluster.Start();
        var lost = await WholeAsync(cluster);
        var standby = cluster.Members.Single(member => member != lost);
        await using var canary = await WriteAsync(cluster);
        var at = canary.Now;

        lost.KillAll();

        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "nobody took over");
        Assert.Equal(standby, await cluster.LeaderAsync(Stop));
        lost.Start();
        Assert.Equal(standby, await WholeAsync(cluster));
        await RequireNothingLostAsync(canary);
        await cluster.StopAsync(Stop);
    }

    [Fact]
    public async Task A_witness_that_dies_and_comes_back_changes_nothing()
    {
        await using var cluster = LoopbackCluster.CreateWithWitness("pair", 2, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        cluster.Start();
        var leader = await WholeAsync(cluster);
        await using var canary = await WriteAsync(cluster);

        cluster.Others[0].KillAll();
        await MoreWritesAsync(canary);
        cluster.Others[0].Start();
        await Until.TrueAsync(async () => (await StoreAsync(leader, "status")).Status == 0, () => "the store is not whole");

        Assert.Equal(leader, await WholeAsync(cluster));
        Assert.Single(canary.Acknowledgements().Select(write => (write.Server, write.Timeline)).Distinct());
        await RequireNothingLostAsync(canary);
        await cluster.StopAsync(Stop);
    }

    [Fact]
    public async Task A_dead_voter_is_replaced_under_writers_by_the_commands_of_the_operations_page()
    {
        await using var cluster = LoopbackCluster.Create("trio", null, 3, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        cluster.Start();
        var leader = await WholeAsync(cluster);
        await using var canary = await WriteAsync(cluster);
        var dead = cluster.Members.First(member => member != leader);
        var (old, next) = ($"127.0.0.1:{dead.Plan.StorePort}", $"127.0.0.1:{FreePorts.Take(1)[0]}");
        dead.KillAll();
        JoinAt(dead.Plan, old, next);

        foreach (var command in PageCommands())
        {
            var ended = await CommandLine.AnswerAsync(
                "y\n",
                [.. command.Select(word => word switch
                {
                    "FILE" => leader.Plan.ConfigurationFile,
                    "10.0.0.3:2380" => old,
                    "10.0.0.4:2380" => next,
                    _ => word,
                })]);
            Assert.True(ended.Status == 0, ended.All);
            await MoreWritesAsync(canary);
        }

        dead.Start();
        await Until.TrueAsync(async () => (await StoreAsync(leader, "members")).Output.Contains($"{next}\tvoter", StringComparison.Ordinal), () => "the new voter has no vote");
        await WholeAsync(cluster);
        await LosesAnotherVoterAsync(cluster, dead, canary);
        await RequireNothingLostAsync(canary);
        await cluster.StopAsync(Stop);
    }

    [Fact]
    public async Task Changes_of_the_voters_that_make_no_sense_are_refused_with_the_reason()
    {
        await using var cluster = LoopbackCluster.CreateWithWitness("refusals", 1, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        cluster.Start();
        var member = cluster.Members[0];
        var (own, witness) = ($"127.0.0.1:{member.Plan.StorePort}", $"127.0.0.1:{cluster.Others[0].Plan.StorePort}");
        await Until.TrueAsync(async () => (await StoreAsync(member, "status")).Status == 0, () => "the store has no leader");

        await RefusesAsync(member, "is no member", "remove", "127.0.0.1:1", "--force");
        await RefusesAsync(member, "is not host:port", "add", "nonsense");
        await RefusesAsync(member, "is no voter", "lead", "127.0.0.1:1");
        await RefusesAsync(member, "such as /service/refusals/", "restore", await BackUpAsync(member));
        await RefusesAsync(member, "nowhere.jsonl", "restore", "/nowhere.jsonl");

        cluster.Others[0].KillAll();
        await RefusesAsync(member, "The store takes no writes", "status");
        cluster.Others[0].Start();
        await Until.TrueAsync(async () => (await StoreAsync(member, "status")).Status == 0, () => "the store has no leader");
        Assert.Equal(0, (await StoreAsync(member, "remove", witness, "--force")).Status);
        await RefusesAsync(member, "the last voter", "remove", own, "--force");
        await cluster.StopAsync(Stop);
    }

    /// <summary>The commands in the section on dead voters, as words.</summary>
    private static IEnumerable<string[]> PageCommands()
    {
        var page = File.ReadAllText(Path.Combine(CommandLine.RepositoryRoot, "docs", "operations.md"));
        var section = page[page.IndexOf("## Replacing a dead voter", StringComparison.Ordinal)..];
        return section[..section.IndexOf("\n## ", 3, StringComparison.Ordinal)]
            .Split('\n')
            .Where(line => line.StartsWith("holdfast -c FILE store ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1..]);
    }

    /// <summary>The member is to come back with another address and an empty directory in the store.</summary>
    private static void JoinAt(MemberPlan member, string old, string next)
    {
        var file = File.ReadAllText(member.ConfigurationFile)
            .Replace($"self_addr: {old}", $"join: true\n  self_addr: {next}", StringComparison.Ordinal)
            .Replace(member.StoreDirectory, member.StoreDirectory + "-new", StringComparison.Ordinal);
        File.WriteAllText(member.ConfigurationFile, file);
    }

    /// <summary>With the new voter a majority is left when the third one goes.</summary>
    private static async Task LosesAnotherVoterAsync(LoopbackCluster cluster, LoopbackMember joined, CanaryClient canary)
    {
        var leader = await cluster.LeaderAsync(Stop);
        var third = cluster.Members.First(member => member != leader && member != joined);
        third.KillAll();
        await MoreWritesAsync(canary);
        third.Start();
        await WholeAsync(cluster);
    }

    private static async Task<string> BackUpAsync(LoopbackMember member)
    {
        var file = Path.Combine(member.Plan.Directory, "backup.jsonl");
        var ended = await StoreAsync(member, "backup", file);
        Assert.True(ended.Status == 0, ended.All);
        return file;
    }

    private static Task<Ended> StoreAsync(LoopbackMember member, params string[] verb) =>
        CommandLine.HoldfastAsync(["-c", member.Plan.ConfigurationFile, "store", .. verb, .. verb[0] is "members" ? (string[])["-f", "tsv"] : []]);

    private static async Task RefusesAsync(LoopbackMember member, string words, params string[] verb)
    {
        var ended = await StoreAsync(member, verb);
        Assert.NotEqual(0, ended.Status);
        Assert.Contains(words, ended.Errors, StringComparison.Ordinal);
    }

    private static async Task<CanaryClient> WriteAsync(LoopbackCluster cluster)
    {
        var canary = await CanaryClient.StartAsync([.. cluster.Plan.Members.Select(member => CanaryHost.Of(cluster.Plan, member))], 4, TimeProvider.System, Stop);
        await MoreWritesAsync(canary);
        return canary;
    }

    private static async Task MoreWritesAsync(CanaryClient canary) =>
        Assert.True(await canary.WaitForWritesAsync(200, Limit, Stop), "nobody could write any more");

    private static async Task RequireNothingLostAsync(CanaryClient canary)
    {
        Assert.Empty(await canary.FindLostAsync(Stop));
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
    }

    /// <summary>Waits until every replica streams and a synchronous standby is recorded; answers who leads.</summary>
    private static async Task<LoopbackMember> WholeAsync(LoopbackCluster cluster)
    {
        if (!await cluster.WaitForRedundancyAsync(Limit, null, Stop))
        {
            cluster.KeepFiles();
            Assert.Fail($"{(await cluster.RedundancyAsync(Stop)).Words}; the logs are kept in {cluster.Plan.Directory}");
        }

        return await cluster.LeaderAsync(Stop);
    }
}
