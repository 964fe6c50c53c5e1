using System.Text.Json.Nodes;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;
using static Holdfast.EndToEnd.Tests.MySqlGroup;

namespace Holdfast.EndToEnd.Tests;

/// <summary>A real group that goes over to many primaries and back while it serves.</summary>
[Collection(nameof(OneGroup))]
public sealed class MySqlModeTests
{
    private const string Row = "UPDATE holdfast.shared SET counter = counter + 1 WHERE id = 1";

    [Fact]
    public async Task A_group_goes_over_to_many_primaries_and_back_and_the_router_spreads_writers_over_them()
    {
        await using var group = await StartAsync("modes", isRouted: true);
        var primary = await group.LeaderAsync(Stop);
        var other = group.Members.First(member => member != primary);
        await AskAsync(primary, group, "CREATE DATABASE holdfast; CREATE TABLE holdfast.shared (id int PRIMARY KEY, counter bigint NOT NULL); INSERT INTO holdfast.shared VALUES (1, 0)");

        await ChangeModeAsync(group, primary, "multi-primary", writable: 3);
        Assert.Equal(3, await PortsAsync(group, 3));
        await CollideAsync(group);
        Assert.Equal(["leader", "primary", "primary"], (await group.StatusAsync(Stop))!.Members.Select(member => member.Role).Order());

        Assert.True(other.KillPostmaster(), $"{other.Name} has no server to kill");
        await UntilAsync(async () => await WritableAsync(group) < 3 ? "less" : null, "the killed server was not missed");
        await UntilAsync(async () => await WritableAsync(group) == 3 ? "all" : null, $"{other.Name} did not come back as a primary");

        await ChangeModeAsync(group, primary, "single-primary", writable: 1);
        Assert.Equal(1, await PortsAsync(group, 1));
        await WholeAsync(group);
        await group.StopAsync(Stop);
    }

    private static async Task ChangeModeAsync(LoopbackCluster group, LoopbackMember member, string mode, int writable)
    {
        await HoldfastAsync(member, "edit-config", group.Plan.Scope, "-s", $"mysql.group.mode={mode}", "--force");
        await UntilAsync(async () => await WritableAsync(group) == writable ? mode : null, $"the group is not in {mode} mode");
    }

    private static async Task<int> WritableAsync(LoopbackCluster group)
    {
        var answers = await Task.WhenAll(group.Members.Select(member => AskAsync(member, group, "SELECT CONCAT('read only: ', @@global.super_read_only)")));
        return answers.Count(answer => answer == "read only: 0");
    }

    /// <summary>How many servers the router's read-write port leads to, once it knows of so many.</summary>
    private static async Task<int> PortsAsync(LoopbackCluster group, int expected)
    {
        var router = CanaryHost.Of(group.Plan, group.Plan.Router!);
        var seen = new HashSet<string>();
        await UntilAsync(
            async () =>
            {
                seen.Clear();
                for (var connection = 0; connection < 12; connection++)
                {
                    seen.Add(await Server.AskAsync(router, "SELECT CONCAT('port ', @@port)"));
                }

                return seen.Count == expected ? "spread" : null;
            },
            $"the router leads to {string.Join(", ", seen)}, not to {expected} servers");
        return seen.Count;
    }

    /// <summary>Writers of the same row on all servers at once: certification rejects some, and that is counted where people look.</summary>
    private static async Task CollideAsync(LoopbackCluster group) => await UntilAsync(
        async () =>
        {
            await Task.WhenAll(group.Members.Select(member => AskAsync(member, group, $"{Row}; {Row}; {Row}; {Row}")));
            var rows = JsonNode.Parse((await CommandLine.HoldfastAsync("-c", group.Members[0].Plan.ConfigurationFile, "list", group.Plan.Scope, "--format", "json")).Output)!.AsArray();
            return rows.Sum(row => row!["Conflicts"]!.GetValue<long>()) > 0 ? "counted" : null;
        },
        "no conflict was counted");
}
