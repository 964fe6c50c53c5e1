using System.Text.Json.Nodes;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>People with different roles at the command line of a real cluster.</summary>
public sealed class RoleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_token_does_what_its_role_may_until_it_is_revoked()
    {
        await using var cluster = LoopbackCluster.Create("roles", null, 1, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        var file = cluster.Members[0].Plan.ConfigurationFile;
        var open = await File.ReadAllTextAsync(file, Stop);
        await File.WriteAllTextAsync(file, open.Replace("restapi:\n", "restapi:\n  authentication: {username: admin, password: s3cret}\n", StringComparison.Ordinal), Stop);
        await File.WriteAllTextAsync(file + ".stranger", open, Stop);
        cluster.Start();
        await cluster.LeaderAsync(Stop);

        var operators = (await DoAsync(file, "token", "create", "olga", "--role", "operator", "--expires-in", "1h")).Trim();
        var approvers = (await DoAsync(file, "token", "create", "alex", "-r", "approver")).Trim();

        Assert.Contains("no auth header received", (await CommandLine.HoldfastAsync("-c", file + ".stranger", "pause")).All, StringComparison.Ordinal);
        Assert.Equal(0, (await AsAsync(operators, "pause")).Status);
        Assert.Equal(0, (await AsAsync(operators, "resume")).Status);
        Assert.Contains("alex has approver; PATCH /config needs operator or admin", (await AsAsync(approvers, "pause")).All, StringComparison.Ordinal);
        Assert.Contains("olga has operator; PATCH /config needs admin", (await AsAsync(operators, "edit-config", "-s", "ttl=6", "--force")).All, StringComparison.Ordinal);
        Assert.Contains("nobody asks for an approval", (await AsAsync(approvers, "approve", "roles", "--force")).All, StringComparison.Ordinal);
        Assert.Contains("olga has operator", (await AsAsync(operators, "approve", "roles", "--force")).All, StringComparison.Ordinal);
        Assert.Contains("needs admin", (await AsAsync(operators, "token", "list")).All, StringComparison.Ordinal);

        Assert.Contains("is revoked", await DoAsync(file, "token", "revoke", "olga"), StringComparison.Ordinal);
        Assert.Contains("was revoked", (await AsAsync(operators, "pause")).All, StringComparison.Ordinal);
        var list = JsonNode.Parse(await DoAsync(file, "token", "list", "--format", "json"))!.AsArray();
        Assert.Equal("alex", Assert.Single(list)!["name"]!.GetValue<string>());
        var trail = await DoAsync(file, "audit", "roles");
        Assert.All(["olga", "alex", "/holdfast/v1/tokens"], words => Assert.Contains(words, trail, StringComparison.Ordinal));
        Assert.DoesNotContain(approvers[^20..], await DoAsync(file, "audit", "roles", "--lines"), StringComparison.Ordinal);
        await cluster.StopAsync(Stop);

        Task<Ended> AsAsync(string token, params string[] verb) =>
            CommandLine.RunAsync(["/usr/bin/env", $"HOLDFAST_CTL_TOKEN={token}", CommandLine.Program, "-c", file + ".stranger", .. verb]);
    }

    private static async Task<string> DoAsync(string file, params string[] verb)
    {
        var ended = await CommandLine.HoldfastAsync(["-c", file, .. verb]);
        Assert.True(ended.Status == 0, ended.All);
        return ended.Output;
    }
}
