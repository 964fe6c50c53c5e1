using System.Text.Json.Nodes;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class BodyTests
{
    [Fact]
    public async Task A_primary_describes_itself_in_Patronis_words_and_with_its_spaces()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { TagsJson = """{"zone":"z1","clonefrom":true}""" });

        var (_, body) = await api.AskAsync("GET", "/patroni");
        var json = JsonNode.Parse(body)!;

        Assert.StartsWith(
            """{"state": "running", "postmaster_start_time": "2026-01-02 03:04:05.678000+00:00", "role": "primary", "server_version": 150018, "xlog": {"location": 50331744}, "timeline": 2, "replication": [{"application_name": "b", "state": "streaming", "sync_state": "sync", "sync_priority": 0}, """,
            body,
            StringComparison.Ordinal);
        Assert.EndsWith(
            "\"tags\": " + """{"zone": "z1", "clonefrom": true}, "database_system_identifier": "7012345678901234567", "patroni": {"version": "4.1.0", "scope": "demo", "name": "a"}}""",
            body,
            StringComparison.Ordinal);
        Assert.InRange((long)json["dcs_last_seen"]!, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds());
    }

    [Fact]
    public async Task A_health_check_carries_the_same_body_with_either_status()
    {
        await using var api = await RunningApi.StartAsync(Views.Replica(RunningApi.Now));

        var refused = JsonNode.Parse((await api.AskAsync("GET", "/primary")).Body)!;
        var accepted = JsonNode.Parse((await api.AskAsync("GET", "/replica")).Body)!;

        Assert.Equal("replica", (string)refused["role"]!);
        Assert.Equal("streaming", (string)refused["replication_state"]!);
        Assert.Equal(50331744, (long)refused["xlog"]!["received_location"]!);
        Assert.Equal(50331744, (long)refused["xlog"]!["replayed_location"]!);
        Assert.Equal(refused.ToJsonString(), accepted.ToJsonString());
    }

    [Fact]
    public async Task A_cluster_lists_its_members_with_what_their_keys_say()
    {
        var view = Views.Primary(RunningApi.Now).WithStore(store => store with
        {
            Members =
            [
                store.Members[0],
                store.Members[1] with { ReplayPosition = new(Views.End.Bytes - 96), Document = """{"tags":{"n":1},"scheduled_restart":{"schedule":"2030-01-01T00:00:00+00:00"}}""" },
                store.Members[2] with { State = MemberState.Cloning, IsStreaming = false, Position = null, ReplayPosition = null, Timeline = null },
            ],
            Switchover = new(Views.A, null, new DateTimeOffset(2030, 1, 1, 0, 0, 0, TimeSpan.Zero), null, new(39)),
        }) with
        { Policy = new() { IsPaused = true } };
        await using var api = await RunningApi.StartAsync(view);

        Assert.Equal(
            """{"members": [{"name": "a", "role": "leader", "state": "running", "api_url": "http://127.0.0.1:8432/patroni", "host": "127.0.0.1", "port": 5432, "timeline": 2}, """
            + """{"name": "b", "role": "replica", "state": "streaming", "api_url": "http://127.0.0.1:8433/patroni", "host": "127.0.0.1", "port": 5433, "timeline": 2, "scheduled_restart": {"schedule": "2030-01-01T00:00:00+00:00"}, "tags": {"n": 1}, "receive_lsn": "0/3000060", "receive_lag": 0, "replay_lsn": "0/3000000", "replay_lag": 96, "lsn": "0/3000060", "lag": 0}, """
            + """{"name": "c", "role": "replica", "state": "creating replica", "api_url": "http://127.0.0.1:8434/patroni", "host": "127.0.0.1", "port": 5434, "receive_lsn": "unknown", "receive_lag": "unknown", "replay_lsn": "unknown", "replay_lag": "unknown", "lsn": "unknown", "lag": "unknown"}], """
            + "\"pause\": " + """true, "scheduled_switchover": {"at": "2030-01-01T00:00:00+00:00", "from": "a"}, "scope": "demo"}""",
            (await api.AskAsync("GET", "/cluster")).Body);
    }

    [Fact]
    public async Task Another_softwares_broken_member_key_breaks_nothing()
    {
        var view = Views.Primary(RunningApi.Now).WithStore(store => store with { Members = [store.Members[0] with { Document = "{not json", ConnectUrl = "nonsense" }] });
        await using var api = await RunningApi.StartAsync(view);

        Assert.Equal(200, await api.StatusAsync("/cluster"));
        Assert.Equal(200, await api.StatusAsync("/patroni"));
    }

    [Fact]
    public async Task History_is_a_list_of_lists()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.Equal(
            """[[1, 25623960, "no recovery target specified", "2026-01-02T03:04:05.123456+00:00", "a"]]""",
            (await api.AskAsync("GET", "/history")).Body);
    }

    [Fact]
    public async Task Holdfasts_own_resources_tell_terms_fences_and_decisions()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now), options => options with { Warnings = ["the guard is off"] });
        api.Control.Decisions = [new(DateTimeOffset.UnixEpoch, "leadership", "KeepLeading", "this node leads", ["renew"], "view", 2)];

        var status = JsonNode.Parse((await api.AskAsync("GET", "/holdfast/v1/status")).Body)!;
        var decisions = JsonNode.Parse((await api.AskAsync("GET", "/holdfast/v1/decisions")).Body)!;

        Assert.Equal(17, (int)status["term"]!);
        Assert.True((bool)status["holds_lease"]!);
        Assert.InRange((long)status["fence_in_ms"]!, 1, 300_000);
        Assert.True((bool)status["fences"]!["guard"]!);
        Assert.Equal("the guard is off", (string)status["warnings"]![0]!);
        Assert.Equal("KeepLeading", (string)decisions["decisions"]![0]!["rule"]!);
        Assert.Equal(404, await api.StatusAsync("/holdfast/v1/nothing"));
    }
}
