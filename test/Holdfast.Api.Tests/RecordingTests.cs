using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Holdfast.Api.Contracts;
using Holdfast.Api.Contracts.Audit;
using Holdfast.Decisions.Alerts;
using Holdfast.Model.Alerts;
using Holdfast.Model.Approvals;
using Xunit;

namespace Holdfast.Api.Tests;

/// <summary>By what a change came, what fires, and whether the trail is whole: what people read afterwards.</summary>
public sealed class RecordingTests
{
    [Theory]
    [InlineData("dashboard", "dashboard")]
    [InlineData("carrier pigeon", "rest")]
    [InlineData(null, "rest")]
    public async Task A_vote_says_by_what_it_came_where_that_is_known(string? said, string recorded)
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        using var request = new HttpRequestMessage(HttpMethod.Post, "/holdfast/v1/approvals/open/approve") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        if (said is not null)
        {
            request.Headers.Add("Holdfast-Via", said);
        }

        using var answer = await api.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(recorded, ((string? Id, ApprovalVote Vote))api.Control.Requests.Single() is var (_, vote) ? vote.Via : null);
        Assert.Equal(recorded, api.Control.Facts.Single().Details["via"]);
    }

    [Fact]
    public async Task An_alert_comes_with_its_limit_and_with_its_figure_where_this_member_sees_it()
    {
        var alert = new ActiveAlert { Rule = "DiskSpaceLow", Subject = "a", Severity = AlertSeverity.Warning, Since = DateTimeOffset.UnixEpoch, FiringSince = DateTimeOffset.UnixEpoch, Summary = "the disk of a is nearly full" };
        var view = Views.Primary(RunningApi.Now);
        await using var api = await RunningApi.StartAsync(view with { Policy = new() { AlertRules = AlertDefaults.Rules }, Memory = view.Memory with { Alerts = new(AlertBoard.Empty.Alerts.Add(alert.Key, alert)) } });

        var shown = JsonNode.Parse((await api.AskAsync("GET", "/holdfast/v1/alerts")).Body)!["alerts"]![0]!;

        Assert.Equal(("firing", "disk_free_percent < 10", 50), ((string?)shown["state"], (string?)shown["when"], (int)shown["value"]!));
    }

    [Fact]
    public async Task The_trail_says_whether_it_is_whole()
    {
        var first = new AuditEntry { Number = 1, At = DateTimeOffset.UnixEpoch, Kind = "leader", Who = "a", What = "a leads in term 1", Previous = AuditEntry.Beginning }.Sealed();
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.Audit = [JsonSerializer.Serialize(first, ApiJson.Wire.AuditEntry)];
        var whole = JsonNode.Parse((await api.AskAsync("GET", "/holdfast/v1/audit")).Body)!;
        api.Control.Audit = [JsonSerializer.Serialize(first with { Who = "mallory" }, ApiJson.Wire.AuditEntry)];
        var changed = JsonNode.Parse((await api.AskAsync("GET", "/holdfast/v1/audit")).Body)!;

        Assert.True((bool?)whole["is_whole"]);
        Assert.Null(whole["problem"]);
        Assert.False((bool?)changed["is_whole"]);
        Assert.Contains("was changed after it was written", (string?)changed["problem"], StringComparison.Ordinal);
    }
}
