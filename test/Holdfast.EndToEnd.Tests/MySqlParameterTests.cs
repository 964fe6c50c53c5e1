using System.Text.Json.Nodes;
using Holdfast.Demo.Cluster;
using static Holdfast.EndToEnd.Tests.MySqlGroup;

namespace Holdfast.EndToEnd.Tests;

/// <summary>Server variables that are set for the whole cluster while it serves.</summary>
[Collection(nameof(OneGroup))]
public sealed class MySqlParameterTests
{
    [Fact]
    public async Task Variables_of_the_cluster_are_taken_up_at_once_or_at_the_next_start_and_what_MySQL_does_not_know_is_left_out()
    {
        await using var group = await StartAsync("tuned");
        var scope = group.Plan.Scope;
        var member = group.Members.First(each => each.Name != "node1");

        await HoldfastAsync(member, "edit-config", scope, "-p", "net_read_timeout=77", "-p", "sort_buffer_size=1M", "--force");
        await EverywhereAsync(group, "CONCAT(@@global.net_read_timeout, '/', @@global.sort_buffer_size)", "77/1048576");
        Assert.Empty(await PendingAsync(group));

        await HoldfastAsync(member, "edit-config", scope, "-p", "table_open_cache_instances=7", "-p", "max_conections=5", "-p", "gtid_mode=OFF", "--force");
        await UntilAsync(async () => (await PendingAsync(group)).Count == 3 ? "all" : null, "a variable that is read only while the server runs makes no restart pending");
        Assert.Contains("parameters left out: gtid_mode, max_conections", await HoldfastAsync(member, "status", scope), StringComparison.Ordinal);

        await HoldfastAsync(member, "restart", scope, member.Name, "--force");
        await UntilAsync(async () => await AskAsync(member, group, Answer("@@global.table_open_cache_instances")) == "is 7" ? "7" : null, "the server did not start with its new variable");
        await UntilAsync(async () => (await PendingAsync(group)).Contains(member.Name) ? null : "none", "the restart is still pending");

        await HoldfastAsync(member, "edit-config", scope, "-s", "mysql.parameters.net_read_timeout=null", "--force");
        await EverywhereAsync(group, "@@global.net_read_timeout", "30");
        await WholeAsync(group);
        await group.StopAsync(Stop);
    }

    private static string Answer(string expression) => $"SELECT CONCAT('is ', {expression})";

    private static async Task EverywhereAsync(LoopbackCluster group, string expression, string expected)
    {
        foreach (var member in group.Members)
        {
            await UntilAsync(async () => await AskAsync(member, group, Answer(expression)) == $"is {expected}" ? expected : null, $"{member.Name} is not at {expected}");
        }
    }

    private static async Task<IReadOnlyList<string>> PendingAsync(LoopbackCluster group)
    {
        var listed = await CommandLine.HoldfastAsync("-c", group.Members[0].Plan.ConfigurationFile, "list", group.Plan.Scope, "--format", "json");
        return [.. JsonNode.Parse(listed.Output)!.AsArray().Where(row => row!["Pending restart"] is not null).Select(row => row!["Member"]!.GetValue<string>())];
    }
}
