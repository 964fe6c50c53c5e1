using Holdfast.Model;
using Holdfast.Ports.Control;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class OperationTests
{
    [Theory]
    [InlineData("switchover", """{"candidate":"b"}""", 400, "Switchover could be performed only from a specific leader")]
    [InlineData("switchover", """{"leader":"a","candidate":"a"}""", 400, "Switchover target and source are the same")]
    [InlineData("switchover", """{"leader":"b","candidate":"c"}""", 412, "leader name does not match")]
    [InlineData("switchover", """{"leader":"a","candidate":"x"}""", 412, "candidate does not exists")]
    [InlineData("switchover", """{"leader":"a","scheduled_at":"2035-01-01T00:00:00"}""", 400, "Timezone information is mandatory for the scheduled switchover")]
    [InlineData("switchover", """{"leader":"a","scheduled_at":"2001-01-01T00:00:00Z"}""", 422, "Cannot schedule switchover in the past")]
    [InlineData("switchover", """{"leader":"a","scheduled_at":"soon"}""", 422, "Unable to parse scheduled timestamp. It should be in an unambiguous format, e.g. ISO 8601")]
    [InlineData("switchover", """{"leader":"a","scheduled_at":"2035-01-01T00:00:00Z"}""", 202, "Switchover scheduled")]
    [InlineData("failover", """{"leader":"a"}""", 400, "Failover could be performed only to a specific candidate")]
    [InlineData("failover", """{"candidate":"b","scheduled_at":"2035-01-01T00:00:00Z"}""", 400, "Failover can't be scheduled")]
    [InlineData("switchover", "{}", 400, null)]
    [InlineData("switchover", "[1]", 400, null)]
    [InlineData("switchover", "{", 400, null)]
    public async Task A_switchover_that_cannot_be_is_refused_in_Patronis_words(string action, string body, int status, string? words)
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        var answer = await api.AskAsync("POST", action, body);

        Assert.Equal((status, words ?? answer.Body), answer);
    }

    [Fact]
    public async Task A_cluster_of_one_has_nobody_to_switch_over_to()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now).WithStore(store => store with { Members = [store.Members[0]] }));

        Assert.Equal(
            (412, "switchover is not possible: cluster does not have members except leader"),
            await api.AskAsync("POST", "/switchover", """{"leader":"a"}"""));
    }

    [Fact]
    public async Task A_candidate_that_must_not_lead_is_none()
    {
        var view = Views.Primary(RunningApi.Now).WithStore(store => store with
        {
            Members = [store.Members[0], store.Members[1] with { Tags = new() { NoFailover = true } }, store.Members[2] with { State = MemberState.Stopped }],
        });
        await using var api = await RunningApi.StartAsync(view);

        Assert.Equal((412, "failover is not possible: no good candidates have been found"), await api.AskAsync("POST", "/failover", """{"candidate":"b"}"""));
        Assert.Equal((412, "switchover is not possible: no good candidates have been found"), await api.AskAsync("POST", "/switchover", """{"leader":"a"}"""));
    }

    [Fact]
    public async Task A_switchover_in_synchronous_mode_goes_to_a_synchronous_standby_only()
    {
        var view = Views.Primary(RunningApi.Now) with { Policy = new() { SynchronousMode = SynchronousMode.On } };
        await using var api = await RunningApi.StartAsync(view.WithStore(store => store with { Sync = new(Views.A, [Views.B]) }));

        Assert.Equal((412, "candidate name does not match with sync_standby"), await api.AskAsync("POST", "/switchover", """{"leader":"a","candidate":"c"}"""));
    }

    [Fact]
    public async Task A_switchover_is_answered_when_the_new_leader_has_promoted()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.OnSwitchover = _ => api.Control.View = LedBy(Views.B);

        Assert.Equal((200, "Successfully switched over to \"b\""), await api.AskAsync("POST", "/switchover", """{"leader":"a","candidate":"b"}"""));
        api.Control.View = Views.Primary(RunningApi.Now);
        Assert.Equal((200, "Switched over to \"b\" instead of \"c\""), await api.AskAsync("POST", "/switchover", """{"leader":"a","member":"c"}"""));
        api.Control.View = Views.Primary(RunningApi.Now);
        Assert.Equal((200, "Successfully failed over to \"b\""), await api.AskAsync("POST", "/failover", """{"candidate":"b"}"""));
    }

    [Fact]
    public async Task A_switchover_whose_request_is_withdrawn_has_failed()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        var asked = Views.Primary(RunningApi.Now).WithStore(store => store with { Switchover = new(Views.A, Views.B, null, null, new(41)) });
        var shown = new Queue<ClusterView>([asked, asked, asked]);
        api.Control.OnSwitchover = _ => api.Control.NextView = () => shown.TryDequeue(out var next) ? next : null;

        Assert.Equal((503, "Switchover failed"), await api.AskAsync("POST", "/switchover", """{"leader":"a","candidate":"b"}"""));
    }

    [Fact]
    public async Task A_switchover_that_takes_too_long_is_of_unknown_outcome()
    {
        await using var api = await RunningApi.StartAsync(
            Views.Primary(RunningApi.Now), options => options with { Limits = new() { SwitchoverWait = TimeSpan.FromSeconds(1) } });

        Assert.Equal(
            (503, "Switchover status unknown after 1 seconds; operation may still be in progress"),
            await api.AskAsync("POST", "/switchover", """{"leader":"a"}"""));
    }

    [Fact]
    public async Task In_a_pause_only_a_named_candidate_is_switched_to_and_nothing_is_scheduled()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now) with { Policy = new() { IsPaused = true } });

        Assert.Equal((400, "Switchover is possible only to a specific candidate in a paused state"), await api.AskAsync("POST", "/switchover", """{"leader":"a"}"""));
        Assert.Equal((400, "Can't schedule switchover in the paused state"), await api.AskAsync("POST", "/switchover", """{"leader":"a","scheduled_at":"2035-01-01T00:00Z"}"""));
        Assert.Equal((500, "Can't schedule restart in the paused state"), await api.AskAsync("POST", "/restart", """{"schedule":"2035-01-01T00:00Z"}"""));
    }

    [Fact]
    public async Task What_was_scheduled_is_deleted_or_was_not_there()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.Equal((404, "no switchover is scheduled"), await api.AskAsync("DELETE", "/switchover"));
        api.Control.View = api.Control.View!.WithStore(store => store with { Switchover = new(Views.A, null, DateTimeOffset.MaxValue, null, new(39)) });
        Assert.Equal((200, "scheduled switchover deleted"), await api.AskAsync("DELETE", "/switchover"));
        Assert.Equal((200, "scheduled restart deleted"), await api.AskAsync("DELETE", "/restart"));
        api.Control.Answer = new(ControlOutcome.Refused, "");
        Assert.Equal((404, "no restarts are scheduled"), await api.AskAsync("DELETE", "/restart"));
    }

    [Theory]
    [InlineData(null, 200, "restarted successfully")]
    [InlineData("{}", 200, "restarted successfully")]
    [InlineData("""{"role":"replica","postgres_version":"15.2","restart_pending":"True","timeout":"10s"}""", 200, "restarted successfully")]
    [InlineData("""{"role":"king"}""", 400, "PostgreSQL role should be either primary, standby_leader, or replica")]
    [InlineData("""{"timeout":0}""", 400, "Timeout should be a positive number of seconds")]
    [InlineData("""{"postgres_version":"new"}""", 400, "Invalid PostgreSQL version: new")]
    [InlineData("""{"colour":"red"}""", 400, "Unknown filter for the scheduled restart: colour")]
    [InlineData("""{"schedule":"2001-01-01T00:00:00Z"}""", 422, "Cannot schedule restart in the past")]
    public async Task A_restart_is_done_or_refused_in_Patronis_words(string? body, int status, string words)
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.Equal((status, words), await api.AskAsync("POST", "/restart", body));
    }

    [Fact]
    public async Task The_conditions_of_a_restart_reach_the_agent()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.Answer = new(ControlOutcome.Scheduled, "");

        var answer = await api.AskAsync(
            "POST", "/restart", """{"role":"primary","postgres_version":"15.2","restart_pending":"True","timeout":"2min","schedule":"2035-01-01T00:00:00Z"}""");

        Assert.Equal((202, "Restart scheduled"), answer);
        Assert.Equal(
            new RestartConditions(new DateTimeOffset(2035, 1, 1, 0, 0, 0, TimeSpan.Zero), DatabaseRole.Primary, true, "15.2") { Limit = TimeSpan.FromMinutes(2) },
            Assert.Single(api.Control.Requests));
        api.Control.Answer = new(ControlOutcome.Conflict, "");
        Assert.Equal((409, "Another restart is already scheduled"), await api.AskAsync("POST", "/restart"));
    }

    [Fact]
    public async Task Reload_reinitialize_and_failsafe_answer_as_Patroni_does()
    {
        await using var primary = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        await using var replica = await RunningApi.StartAsync(Views.Replica(RunningApi.Now));

        Assert.Equal((202, "reload scheduled"), await primary.AskAsync("POST", "/reload"));
        Assert.Equal((503, "I am the leader, can not reinitialize"), await primary.AskAsync("POST", "/reinitialize"));
        Assert.Equal((200, "reinitialize started"), await replica.AskAsync("POST", "/reinitialize", """{"force":true}"""));
        Assert.Equal(502, (await primary.AskAsync("POST", "/failsafe", "{}")).Status);
        Assert.Equal(501, (await primary.AskAsync("POST", "/cluster", "{}")).Status);
        Assert.Equal(501, (await primary.AskAsync("BREW", "/coffee")).Status);
    }

    [Fact]
    public async Task The_configuration_is_merged_replaced_and_guarded_by_its_revision()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.Equal((200, """{"ttl": 30}"""), await api.AskAsync("GET", "/config"));
        Assert.Equal((200, """{"ttl": 30, "slots": {"s": null}}"""), await api.AskAsync("PATCH", "/config", """{"slots":{"s":null}}"""));
        Assert.Equal((200, """{"ttl": 20}"""), await api.AskAsync("PUT", "/config", """{ "ttl" : 20 }"""));
        Assert.Equal(409, (await api.AskAsync("PUT", "/config", """{"ttl":10}""", ifMatch: "\"7\"")).Status);
        Assert.Equal(409, (await api.AskAsync("PATCH", "/config", """{"ttl":10}""", ifMatch: "\"7\"")).Status);
        Assert.Equal(200, (await api.AskAsync("PUT", "/config", """{"ttl":10}""", ifMatch: "\"9\"")).Status);
        Assert.Equal(400, (await api.AskAsync("PATCH", "/config", "{}")).Status);
        Assert.Equal(400, (await api.AskAsync("PATCH", "/config")).Status);
        api.Control.Answer = new(ControlOutcome.Conflict, "");
        Assert.Equal(409, (await api.AskAsync("PATCH", "/config", """{"ttl":10}""")).Status);
        api.Control.DynamicConfiguration = null;
        Assert.Equal(502, await api.StatusAsync("/config"));
        Assert.Equal(503, (await api.AskAsync("PATCH", "/config", """{"ttl":10}""")).Status);
    }

    private static ClusterView LedBy(MemberName leader) => Views.Primary(RunningApi.Now).WithStore(store => store with
    {
        Lease = new(leader, new(41), null),
        Members = [.. store.Members.Select(member => member with { Role = member.Name == leader ? DatabaseRole.Primary : DatabaseRole.Replica })],
    });
}
