using System.Text.Json.Nodes;
using Holdfast.Browsing;
using Holdfast.Demo.Canary;
using Holdfast.Demo.Cluster;

namespace Holdfast.EndToEnd.Tests;

/// <summary>A real cluster in which nobody leads after a loss before a person has said so.</summary>
public sealed class ApprovalTests
{
    private const int Writers = 4;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(3);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_lost_primary_is_replaced_when_a_person_approves_and_not_before_and_goes_on_by_itself_when_it_comes_back_first()
    {
        await using var cluster = LoopbackCluster.Create("hybrid", null, 3, new HoldfastSoftware([CommandLine.Program], null), TimeProvider.System);
        await using var chat = new Hook();
        foreach (var member in cluster.Members)
        {
            await File.AppendAllTextAsync(member.Plan.ConfigurationFile, $"\nnotifications:\n  chat:\n    slack: {{url: '{chat.Url}'}}\n    approver: on-call\n", Stop);
        }

        cluster.Start();
        await WholeAsync(cluster);
        var first = await cluster.LeaderAsync(Stop);
        await using var canary = await CanaryClient.StartAsync(CanaryHost.AllOf(cluster.Plan), Writers, TimeProvider.System, Stop);
        Assert.Contains("strategy is automatic", await DoAsync(first, "approvals"), StringComparison.Ordinal);
        await DoAsync(first, "edit-config", "hybrid", "-s", "failover.strategy=hybrid", "-s", "failover.approvers=2", "--force");
        Assert.True(await canary.WaitForWritesAsync(100, Limit, Stop), "the canary cannot write");

        first.KillAll();
        var witness = cluster.Members.First(member => member != first);
        var asked = await RequestAsync(witness, "pending", "");
        Assert.Equal(first.Name, asked["former"]!.GetValue<string>());
        Assert.Contains("nothing that was acknowledged", asked["worst_loss"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Null((await cluster.Rest.ClusterAsync(witness.Plan, Stop))?.Leader);

        await FiresAsync(witness, "ApprovalWaiting", true);
        await Until.TrueAsync(
            () => chat.Messages.Any(message => message.Contains($"holdfast approve hybrid {Id(asked)}", StringComparison.Ordinal)),
            () => $"nobody was told how to approve: {string.Join('\n', chat.Messages)}");
        await FiresAsync(witness, "PrimaryUnavailable", true);

        // It comes back before anybody has answered.
        first.Start();
        var at = canary.Now;
        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "the lost primary did not go on");
        await RequestAsync(witness, "withdrawn", Id(asked));
        Assert.Equal(first, await cluster.LeaderAsync(Stop));
        Assert.Contains("withdrawn", (await CommandLine.HoldfastAsync("-c", witness.Plan.ConfigurationFile, "approve", "hybrid", "--force")).All, StringComparison.Ordinal);
        await WholeAsync(cluster);
        await FiresAsync(witness, "PrimaryUnavailable", false);

        asked = await UnansweredAsync(first, witness, chat);
        await AnswerByLinkAsync(chat, Id(asked));
        at = canary.Now;
        Assert.Contains("leads now", await DoAsync(witness, "approve", "hybrid", Id(asked), "--comment", "its host is gone", "--force"), StringComparison.Ordinal);
        Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "the approved candidate does not lead");
        Assert.Equal(asked["candidate"]!.GetValue<string>(), (await cluster.LeaderAsync(Stop)).Name);
        await RequestAsync(witness, "done", Id(asked));
        Assert.Contains("is done already", (await CommandLine.HoldfastAsync("-c", witness.Plan.ConfigurationFile, "reject", "hybrid", Id(asked), "--force")).All, StringComparison.Ordinal);

        first.Start();
        await WholeAsync(cluster);
        var trail = await DoAsync(witness, "audit", "hybrid");
        Assert.All(["leads in term", "asks whether", "/approve", "on-call", "its host is gone", "/config", "withdrawn"], words => Assert.Contains(words, trail, StringComparison.Ordinal));
        Assert.Contains("are whole", await DoAsync(witness, "audit", "verify", "hybrid"), StringComparison.Ordinal);
        Assert.Empty(await canary.FindLostAsync(Stop));
        Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
        await cluster.StopAsync(Stop);
    }

    /// <summary>Nobody answers for a while, whatever follows from that: each new question is told, with its own way to answer. The last one is left open.</summary>
    private static async Task<JsonNode> UnansweredAsync(LoopbackMember first, LoopbackMember witness, Hook chat)
    {
        await DoAsync(witness, "edit-config", "hybrid", "-s", "failover.approval_timeout=3s", "-s", "failover.on_timeout=wait", "--force");
        var before = Told("ApprovalWaiting").Length;
        first.KillAll();
        await Until.TrueAsync(() => Told("ApprovalWaiting").Length >= before + 2, () => $"no second question was told: {string.Join('\n', chat.Messages)}");
        await DoAsync(witness, "edit-config", "hybrid", "-s", "failover.on_timeout=escalate", "--force");
        await Until.TrueAsync(() => Told("ApprovalEscalated").Length >= 2, () => $"no second escalation was told: {string.Join('\n', chat.Messages)}");
        await DoAsync(witness, "edit-config", "hybrid", "-s", "failover.approval_timeout=1h", "--force");

        JsonNode? asked = null;
        await Until.TrueAsync(
            async () => (asked = await RequestAsync(witness, "pending", ""))["expires_at"]!.GetValue<DateTimeOffset>() > TimeProvider.System.GetUtcNow().AddMinutes(30),
            () => $"the last question cannot be answered for an hour: {asked?.ToJsonString()}");
        return asked!;

        string[] Told(string alert) => [.. chat.Messages.Where(message => message.Contains($"alertname: {alert}", StringComparison.Ordinal) && message.Contains("[critical]", StringComparison.Ordinal)).Distinct()];
    }

    /// <summary>Opening the message's link answers nothing, its button does, once; and a link that somebody made up does nothing.</summary>
    private static async Task AnswerByLinkAsync(Hook chat, string id)
    {
        Uri? link = null;
        await Until.TrueAsync(
            () => (link = chat.Links.LastOrDefault(url => url.AbsolutePath.EndsWith($"/{id}/approve", StringComparison.Ordinal))) is not null,
            () => $"no message has a link to approve {id}: {string.Join('\n', chat.Messages)}");
        using var browser = new HttpClient();
        Assert.Contains("Approve as on-call", await browser.GetStringAsync(link, Stop), StringComparison.Ordinal);
        var forged = new Uri(link!.ToString().Replace("by=on-call", "by=somebody-else", StringComparison.Ordinal));
        Assert.Equal((403, "This link was not made by the cluster"), await PostAsync(browser, forged, "This link was not made by the cluster"));
        Assert.Equal((200, "1 of 2 approvals"), await PostAsync(browser, link, "1 of 2 approvals"));
        Assert.Equal((409, "answered request"), await PostAsync(browser, link, "answered request"));
    }

    /// <returns>The status, and the expected words, or the whole page when they are not on it.</returns>
    private static async Task<(int Status, string Words)> PostAsync(HttpClient browser, Uri link, string expected)
    {
        using var answer = await browser.PostAsync(link, null, Stop);
        var page = await answer.Content.ReadAsStringAsync(Stop);
        return ((int)answer.StatusCode, page.Contains(expected, StringComparison.Ordinal) ? expected : page);
    }

    private static Task FiresAsync(LoopbackMember member, string alert, bool isWished) => Until.TrueAsync(
        async () => (await DoAsync(member, "alerts", "hybrid")).Split('\n').Any(line => line.Contains(alert, StringComparison.Ordinal) && line.Contains("firing", StringComparison.Ordinal)) == isWished,
        () => $"{alert} {(isWished ? "does not fire" : "goes on firing")}");

    private static string Id(JsonNode request) => request["id"]!.GetValue<string>();

    /// <param name="member">Who is asked.</param>
    /// <param name="state">What the request must become.</param>
    /// <param name="id">Of the request; empty for any.</param>
    private static async Task<JsonNode> RequestAsync(LoopbackMember member, string state, string id)
    {
        JsonNode? found = null;
        await Until.TrueAsync(
            async () =>
            {
                var ended = await CommandLine.HoldfastAsync("-c", member.Plan.ConfigurationFile, "approvals", "hybrid", "--format", "json");
                found = ended.Status == 0 ? JsonNode.Parse(ended.Output)!.AsArray().FirstOrDefault() : null;
                return found?["state"]?.GetValue<string>() == state && (id.Length == 0 || Id(found) == id);
            },
            () => $"no request {id} is {state}: {found?.ToJsonString()}");
        return found!;
    }

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
