using System.Text.Json.Nodes;
using Holdfast.Browsing;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>People with different roles at the command line of a real cluster.</summary>
public sealed class RoleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Each_token_does_what_its_role_may_until_it_is_revoked()
    {
        await using var cluster = LoopbackCluster.CreateWithRouter("roles", null, 2, new HoldfastSoftware([CommandLine.Program], null), Holdfast.Demo.Databases.Database.PostgreSql, TimeProvider.System);
        var file = cluster.Members[0].Plan.ConfigurationFile;
        await File.WriteAllTextAsync(file + ".stranger", await File.ReadAllTextAsync(file, Stop), Stop);
        foreach (var member in cluster.Members)
        {
            var open = await File.ReadAllTextAsync(member.Plan.ConfigurationFile, Stop);
            await File.WriteAllTextAsync(
                member.Plan.ConfigurationFile, open.Replace("restapi:\n", "restapi:\n  authentication: {username: admin, password: s3cret, reading: viewer}\n", StringComparison.Ordinal), Stop);
            member.Start();
        }

        await Until.TrueAsync(
            async () => (await CommandLine.HoldfastAsync("-c", file, "list")).Output is var list
                && list.Contains("Leader", StringComparison.Ordinal) && list.Contains("streaming", StringComparison.Ordinal),
            () => "nobody leads, or nobody follows");

        await AssertLookingAsync(cluster, file);
        var operators = (await DoAsync(file, "token", "create", "olga", "--role", "operator", "--expires-in", "1h")).Trim();
        var approvers = (await DoAsync(file, "token", "create", "alex", "-r", "approver")).Trim();

        Assert.Contains("no auth header received", (await CommandLine.HoldfastAsync("-c", file + ".stranger", "pause")).All, StringComparison.Ordinal);
        Assert.Equal(0, (await AsAsync(operators, "pause")).Status);
        Assert.Equal(0, (await AsAsync(operators, "resume")).Status);
        Assert.Contains("alex has approver; PATCH /config needs operator or admin", (await AsAsync(approvers, "pause")).All, StringComparison.Ordinal);
        Assert.Equal(1, (await AsAsync(approvers, "pause")).Status);
        Assert.Contains("/config needs admin", (await AsAsync(operators, "edit-config", "-s", "ttl=6", "--force")).All, StringComparison.Ordinal);
        Assert.Contains("nobody asks for an approval", (await AsAsync(approvers, "approve", "roles", "--force")).All, StringComparison.Ordinal);
        Assert.Contains("olga has operator", (await AsAsync(operators, "approve", "roles", "--force")).All, StringComparison.Ordinal);
        Assert.Contains("needs admin", (await AsAsync(operators, "token", "list")).All, StringComparison.Ordinal);

        Assert.Contains("is revoked", await DoAsync(file, "token", "revoke", "olga"), StringComparison.Ordinal);
        Assert.Contains("was revoked", (await AsAsync(operators, "pause")).All, StringComparison.Ordinal);
        var list = JsonNode.Parse(await DoAsync(file, "token", "list", "--format", "json"))!.AsArray();
        Assert.Equal(["alex", "vera"], list.Select(token => token!["name"]!.GetValue<string>()).Order(StringComparer.Ordinal));
        var trail = await DoAsync(file, "audit", "roles");
        Assert.All(["olga", "alex", "/holdfast/v1/tokens"], words => Assert.Contains(words, trail, StringComparison.Ordinal));
        Assert.Single(trail.Split('\n'), line => line.Contains("alex has approver; PATCH /config", StringComparison.Ordinal) && !line.Contains("repeated: ", StringComparison.Ordinal));
        Assert.Contains("Logins and refused requests", await DoAsync(file, "audit", "verify", "roles"), StringComparison.Ordinal);
        Assert.DoesNotContain(approvers[^20..], await DoAsync(file, "audit", "roles", "--lines"), StringComparison.Ordinal);
        await cluster.StopAsync(Stop);

        Task<Ended> AsAsync(string token, params string[] verb) =>
            CommandLine.RunAsync(["/usr/bin/env", $"HOLDFAST_CTL_TOKEN={token}", CommandLine.Program, "-c", file + ".stranger", .. verb]);
    }

    /// <summary>Whoever has a role sees the cluster: at the command line, by HTTP and through a router; everybody else sees health checks.</summary>
    private static async Task AssertLookingAsync(LoopbackCluster cluster, string file)
    {
        Assert.Contains("no auth header received", (await CommandLine.HoldfastAsync("-c", file + ".stranger", "list")).All, StringComparison.Ordinal);
        var viewer = (await DoAsync(file, "token", "create", "vera", "-r", "viewer")).Trim();
        foreach (var verb in (string[])["list", "history", "audit", "alerts", "status", "show-config", "clusters"])
        {
            var ended = await CommandLine.RunAsync(["/usr/bin/env", $"HOLDFAST_CTL_TOKEN={viewer}", CommandLine.Program, "-c", file + ".stranger", verb]);
            Assert.True(ended.Status == 0, ended.All);
        }

        using var http = new HttpClient { BaseAddress = new(cluster.Members[0].Plan.RestUrl) };
        Assert.Equal((200, ""), await GetAsync("/health"));
        Assert.Equal(401, (await GetAsync("/metrics")).Status);
        http.DefaultRequestHeaders.Authorization = new("Bearer", viewer);
        Assert.Contains("holdfast_", (await GetAsync("/metrics")).Body, StringComparison.Ordinal);

        await AssertSignInAsync(cluster.Members[0].Plan.RestUrl, viewer);
        var router = cluster.Plan.Router!.ConfigurationFile;
        await File.AppendAllTextAsync(router, $"ctl: {{token: {viewer}}}\n", Stop);
        cluster.Others[0].Start();
        await Until.TrueAsync(
            async () => (await CommandLine.HoldfastAsync("-c", router, "router", "status", "--format", "json")).Output is { Length: > 0 } status
                && JsonNode.Parse(status)!["clusters"]![0]!["members"]!.AsArray().Any(member => member!["lag_bytes"] is not null),
            () => "the router does not read how far the replica is behind");

        async Task<(int Status, string Body)> GetAsync(string path)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), Stop);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(Stop));
        }
    }

    private static async Task AssertSignInAsync(string root, string token)
    {
        if (Browser.Missing is not null)
        {
            return;
        }

        using var browser = Browser.Open(new Uri(root + "/dashboard/"));
        await browser.SeesAsync("main", "Sign in to see this cluster", Stop);
        browser.Fill("name", "admin");
        browser.Fill("password", "guess");
        browser.Click("Sign in");
        await browser.SeesAsync("main", "not authenticated", Stop);
        Assert.Empty(browser.AccessibilityObjections());
        browser.Check("way", "token");
        browser.Fill("token", token);
        browser.Click("Sign in");
        await browser.SeesAsync(".banner", "leads", Stop);
        await browser.SeesAsync("table.audit", "somebody at 127.0.0.1", Stop);
        Assert.Empty(browser.AccessibilityObjections());
    }

    private static async Task<string> DoAsync(string file, params string[] verb)
    {
        var ended = await CommandLine.HoldfastAsync(["-c", file, .. verb]);
        Assert.True(ended.Status == 0, ended.All);
        return ended.Output;
    }
}
