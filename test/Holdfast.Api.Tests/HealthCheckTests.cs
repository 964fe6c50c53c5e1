using Holdfast.Model;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed class HealthCheckTests
{
    public static readonly TheoryData<string, int, int> Checks = new()
    {
        { "/", 200, 503 },
        { "/primary", 200, 503 },
        { "/master", 200, 503 },
        { "/read-write", 200, 503 },
        { "/leader", 200, 503 },
        { "/replica", 503, 200 },
        { "/replica?lag=0", 503, 200 },
        { "/replica?lag=1MB", 503, 200 },
        { "/replica?replication_state=streaming", 503, 200 },
        { "/replica?replication_state=in%20archive%20recovery", 503, 503 },
        { "/read-only", 200, 200 },
        { "/sync", 503, 503 },
        { "/synchronous", 503, 503 },
        { "/async", 503, 200 },
        { "/asynchronous", 503, 200 },
        { "/quorum", 503, 503 },
        { "/read-only-sync", 200, 503 },
        { "/read-only-quorum", 200, 503 },
        { "/standby-leader", 503, 503 },
        { "/standby_leader", 503, 503 },
        { "/health", 200, 200 },
        { "/liveness", 200, 200 },
        { "/readiness", 200, 200 },
        { "/patroni", 200, 200 },
        { "/cluster", 200, 200 },
        { "/config", 200, 200 },
        { "/history", 200, 200 },
        { "/metrics", 200, 200 },
        { "/failsafe", 502, 502 },
        { "/no-such-check", 503, 503 },
    };

    [Theory]
    [MemberData(nameof(Checks))]
    public async Task A_healthy_primary_and_a_healthy_replica_answer_every_check_as_Patroni_does(string path, int ofPrimary, int ofReplica)
    {
        await using var primary = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        await using var replica = await RunningApi.StartAsync(Views.Replica(RunningApi.Now));

        foreach (var method in new[] { "GET", "HEAD", "OPTIONS" })
        {
            Assert.Equal(ofPrimary, (await primary.AskAsync(method, path)).Status);
            Assert.Equal(ofReplica, (await replica.AskAsync(method, path)).Status);
        }
    }

    [Fact]
    public async Task A_primary_whose_fencing_deadline_has_passed_while_it_was_frozen_is_no_primary()
    {
        var now = RunningApi.Now;
        var view = Views.Primary(now - TimeSpan.FromSeconds(2)) with
        {
            Session = new() { Id = new("session"), RenewedAt = now - TimeSpan.FromSeconds(3), FenceAt = now - TimeSpan.FromMilliseconds(1) },
        };
        Assert.True(view.SelfHoldsLiveLease);
        await using var api = await RunningApi.StartAsync(view);

        Assert.Equal(503, await api.StatusAsync("/primary"));
        Assert.Equal(503, await api.StatusAsync("/leader"));
        Assert.Equal(503, await api.StatusAsync("/read-only"));
    }

    [Fact]
    public async Task A_database_that_accepts_writes_without_the_lease_is_no_primary()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now).WithStore(store => store with { Lease = new(Views.B, new(18), null) }));

        Assert.Equal(503, await api.StatusAsync("/"));
    }

    [Fact]
    public async Task The_lease_without_a_promoted_database_is_no_primary_yet()
    {
        var view = Views.Primary(RunningApi.Now).WithDatabase(database => database with { Role = DatabaseRole.Replica });
        await using var api = await RunningApi.StartAsync(view);

        Assert.Equal(503, await api.StatusAsync("/primary"));
    }

    [Fact]
    public async Task In_a_pause_without_the_store_a_primary_stays_one()
    {
        var now = RunningApi.Now;
        var view = Views.Primary(now).WithStore(store => store with { ConfirmedAt = now - TimeSpan.FromHours(1) }) with
        {
            Policy = new() { IsPaused = true },
            Session = OwnSession.None,
        };
        await using var api = await RunningApi.StartAsync(view);

        Assert.Equal(200, await api.StatusAsync("/primary"));
    }

    [Fact]
    public async Task A_synchronous_standby_is_one_only_while_the_mode_is_on()
    {
        var view = Views.Replica(RunningApi.Now).WithStore(store => store with { Sync = new(Views.A, [Views.B]) });
        await using var off = await RunningApi.StartAsync(view);
        await using var on = await RunningApi.StartAsync(view with { Policy = new() { SynchronousMode = SynchronousMode.On } });

        Assert.Equal(503, await off.StatusAsync("/sync"));
        Assert.Equal(200, await on.StatusAsync("/sync"));
        Assert.Equal(200, await on.StatusAsync("/read-only-sync"));
        Assert.Equal(503, await on.StatusAsync("/async"));
        Assert.Contains("\"sync_standby\": true", (await on.AskAsync("GET", "/sync")).Body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_replica_further_behind_than_asked_is_not_offered()
    {
        var view = Views.Replica(RunningApi.Now).WithDatabase(database => database with { ReplayPosition = new(Views.End.Bytes - 2000) });
        await using var api = await RunningApi.StartAsync(view);

        Assert.Equal(200, await api.StatusAsync("/replica?lag=2000"));
        Assert.Equal(503, await api.StatusAsync("/replica?lag=1kB"));
        Assert.Equal(503, await api.StatusAsync("/async?lag=1999"));
        Assert.Equal(503, await api.StatusAsync("/readiness?lag=1999"));
        Assert.Equal(200, await api.StatusAsync("/readiness?lag=1999&mode=write"));
    }

    [Fact]
    public async Task A_member_tagged_noloadbalance_is_no_replica()
    {
        await using var api = await RunningApi.StartAsync(Views.Replica(RunningApi.Now) with { Tags = new() { NoLoadBalance = true } });

        Assert.Equal(503, await api.StatusAsync("/replica"));
        Assert.Equal(503, await api.StatusAsync("/read-only"));
        Assert.Equal(200, await api.StatusAsync("/health"));
    }

    [Fact]
    public async Task Tags_are_asked_for_by_their_text()
    {
        await using var api = await RunningApi.StartAsync(
            Views.Replica(RunningApi.Now), options => options with { TagsJson = """{"zone":"z1","rank":3,"spare":true}""" });

        Assert.Equal(200, await api.StatusAsync("/replica?tag_zone=z1&tag_rank=3&tag_spare=true"));
        Assert.Equal(503, await api.StatusAsync("/replica?tag_zone=z2"));
        Assert.Equal(503, await api.StatusAsync("/read-only?tag_absent=x"));
    }

    [Fact]
    public async Task A_member_that_knows_nothing_yet_answers_and_is_nothing()
    {
        await using var api = await RunningApi.StartAsync(null);

        Assert.Equal(503, await api.StatusAsync("/primary"));
        Assert.Equal(503, await api.StatusAsync("/replica"));
        Assert.Equal(503, await api.StatusAsync("/health"));
        Assert.Equal(503, await api.StatusAsync("/readiness"));
        Assert.Equal(200, await api.StatusAsync("/liveness"));
        Assert.Equal(200, await api.StatusAsync("/patroni"));
        Assert.Equal(200, await api.StatusAsync("/cluster"));
        Assert.Equal(200, await api.StatusAsync("/metrics"));
        Assert.Equal(200, await api.StatusAsync("/holdfast/v1/status"));
    }

    [Fact]
    public async Task A_loop_that_stands_still_is_not_alive_unless_the_cluster_is_paused()
    {
        var view = Views.Replica(RunningApi.Now - TimeSpan.FromMinutes(3));
        await using var stuck = await RunningApi.StartAsync(view);
        await using var paused = await RunningApi.StartAsync(view with { Policy = new() { IsPaused = true } });

        Assert.Equal(503, await stuck.StatusAsync("/liveness"));
        Assert.Equal(503, await stuck.StatusAsync("/replica"));
        Assert.Equal(200, await paused.StatusAsync("/liveness"));
    }
}
