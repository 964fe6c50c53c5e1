using System.Text.Json.Nodes;
using Holdfast.Model.Alerts;
using Xunit;

namespace Holdfast.Api.Tests;

/// <summary>What a client sees of alerts and says of them.</summary>
public sealed class AlertTests
{
    private const string Path = "/holdfast/v1/alerts";
    private static readonly ActiveAlert Lag = new()
    {
        Rule = "ReplicationLag",
        Subject = "b",
        Severity = AlertSeverity.Warning,
        Since = DateTimeOffset.UnixEpoch,
        FiringSince = DateTimeOffset.UnixEpoch,
        Summary = "b is late",
        IsTold = true,
    };

    [Fact]
    public async Task A_silence_is_kept_shown_and_ended()
    {
        await using var api = await StartAsync(Lag);

        var (status, words) = await api.AskAsync("POST", $"{Path}/silences", """{"rule": "ReplicationLag", "for": "2h", "comment": "a new disk"}""");
        Assert.Equal(201, status);
        var silence = Assert.Single(api.Control.Said.Silences);
        Assert.Equal(($"silence {silence.Id} holds until {silence.EndsAt:u}", TimeSpan.FromHours(2)), (words, silence.EndsAt - silence.StartsAt));

        api.Control.View = api.Control.View!.WithStore(store => store with { AlertAnswers = api.Control.Said });
        Assert.Equal(silence.Id, (await ListAsync(api))["silences"]![0]!["id"]!.GetValue<string>());
        Assert.Equal((200, $"silence {silence.Id} has ended"), await api.AskAsync("DELETE", $"{Path}/silences/{silence.Id}"));
        Assert.Empty(api.Control.Said.Silences);
        Assert.Equal((409, "there is no silence 1"), await api.AskAsync("DELETE", $"{Path}/silences/1"));
        Assert.Contains(api.Control.Facts, fact => fact.What == $"POST {Path}/silences" && fact.Details["asked"].Contains("a new disk", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_alert_is_acknowledged_once_and_shown_with_who()
    {
        await using var api = await StartAsync(Lag with { Acknowledged = new("ReplicationLag/b", DateTimeOffset.UnixEpoch, "ann", DateTimeOffset.UnixEpoch, "on it") });
        var shown = (await ListAsync(api))["alerts"]![0]!;
        Assert.Equal(("acknowledged", "ann", "ReplicationLag/b"), (shown["state"]!.GetValue<string>(), shown["acknowledged_by"]!.GetValue<string>(), shown["id"]!.GetValue<string>()));
        Assert.Equal(409, (await api.AskAsync("POST", $"{Path}/acknowledge", """{"alert": "ReplicationLag/b"}""")).Status);

        api.Control.View = api.Control.View!.WithStore(store => store with { Alerts = Board(Lag) });
        Assert.Equal(200, (await api.AskAsync("POST", $"{Path}/acknowledge", """{"alert": "ReplicationLag/b", "comment": "mine"}""")).Status);
        Assert.Equal("mine", Assert.Single(api.Control.Said.Acknowledgements).Comment);
    }

    [Theory]
    [InlineData("silences", """{"for": "2h"}""", 400)]
    [InlineData("silences", """{"rule": "X"}""", 400)]
    [InlineData("silences", """{"rule": "X", "for": "soon"}""", 400)]
    [InlineData("silences", """{"rule": "X", "for": "0"}""", 400)]
    [InlineData("silences", """{"rule": "X", "for": "31d"}""", 400)]
    [InlineData("silences", """{"rule": "X", "for": "30d"}""", 201)]
    [InlineData("silences", """{"all": true, "for": "1min"}""", 201)]
    [InlineData("acknowledge", """{"comment": "?"}""", 400)]
    [InlineData("acknowledge", """{"alert": "No/such"}""", 409)]
    [InlineData("acknowledge", "{}", 400)]
    [InlineData("other", """{"alert": "No/such"}""", 501)]
    public async Task What_makes_no_sense_is_refused(string below, string body, int status)
    {
        await using var api = await StartAsync(Lag);

        Assert.Equal(status, (await api.AskAsync("POST", $"{Path}/{below}", body)).Status);
    }

    private static Task<RunningApi> StartAsync(ActiveAlert alert) =>
        RunningApi.StartAsync(Views.Primary(RunningApi.Now).WithStore(store => store with { Alerts = Board(alert) }));

    private static AlertBoard Board(ActiveAlert alert) => new(AlertBoard.Empty.Alerts.Add(alert.Key, alert));

    private static async Task<JsonNode> ListAsync(RunningApi api) => JsonNode.Parse((await api.AskAsync("GET", Path)).Body)!;
}
