using Holdfast.Demo.Canary;
using Holdfast.Demo.Processes;

namespace Holdfast.EndToEnd.Tests;

/// <summary>An etcd that is neither away nor well: what it does wrong must cost no write and move no primary.</summary>
public sealed class SickEtcdTests : StoreTroubleTests, IClassFixture<SickEtcdLiveCluster>
{
    private readonly SickEtcdLiveCluster live;

    public SickEtcdTests(SickEtcdLiveCluster live)
        : base(live)
    {
        this.live = live;
        live.Etcd.Heal();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(9)]
    public async Task One_server_of_three_that_answers_late_changes_nothing_whichever_it_is(int seconds)
    {
        await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        foreach (var server in live.Etcd.Clients)
        {
            server.Delay(TimeSpan.FromSeconds(seconds));
            await LastAsync();
            server.Pass();
            await WritesGoOnAsync(canary);
        }

        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task Servers_that_all_answer_late_are_as_good_as_away()
    {
        var roles = await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        foreach (var server in live.Etcd.Clients)
        {
            server.Delay(TimeSpan.FromSeconds(4));
        }

        await Until.TrueAsync(() => SaysFailsafeAsync(roles), () => "failsafe mode did not begin");
        await LastAsync();
        await WritesGoOnAsync(canary);
        live.Etcd.Heal();

        await Until.TrueAsync(async () => !await SaysFailsafeAsync(roles), () => "failsafe mode did not end");
        await LogsSayAsync("no answer within");
        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task A_primary_that_dies_while_watches_are_silent_is_replaced_all_the_same()
    {
        foreach (var server in live.Etcd.Clients)
        {
            var roles = await live.WholeAsync();
            await using var canary = await live.StartWritingAsync();
            await WritesGoOnAsync(canary);

            server.BlackHole();
            var at = canary.Now;
            ProcessTable.Send(roles.Leader.Postmaster ?? throw new InvalidOperationException("the primary has no postmaster"), Signal.Kill);
            Assert.True(await canary.WaitForServiceSinceAsync(at, Limit, Stop), "nobody took over");
            await LastAsync();
            server.Pass();

            await live.WholeAsync();
            Assert.Empty(await canary.FindLostAsync(Stop));
            Assert.Equal(0, CanaryFigures.SecondWriterCount(canary.Acknowledgements()));
        }
    }

    [Fact]
    public async Task A_server_that_the_others_do_not_reach_changes_nothing_whichever_it_is()
    {
        await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        for (var server = 0; server < 3; server++)
        {
            await live.Etcd.IsolateAsync(server, Stop);
            await LastAsync();
            live.Etcd.Heal();
            await WritesGoOnAsync(canary);
            await live.WholeAsync();
        }

        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task Connections_that_are_refused_or_reset_by_one_server_change_nothing()
    {
        await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        foreach (var server in live.Etcd.Clients)
        {
            server.Refuse();
            await WritesGoOnAsync(canary);
            server.Reset();
            await LastAsync();
            server.Pass();
        }

        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task Writes_that_are_refused_for_want_of_room_stop_nobody()
    {
        await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();

        await live.Etcd.Servers.RefuseWritesAsync(Stop);
        try
        {
            await LogsSayAsync("takes no writes");
            await LastAsync();
            await WritesGoOnAsync(canary);
        }
        finally
        {
            await live.Etcd.Servers.TakeWritesAsync(Stop);
        }

        await NothingChangedAsync(canary);
    }

    [Fact]
    public async Task A_restored_backup_is_not_believed_and_its_keys_are_written_anew_once_they_were_deleted()
    {
        var before = await live.WholeAsync();
        var file = Path.Combine(live.Cluster.Plan.Directory, $"snapshot-{Guid.NewGuid():N}");
        await live.Etcd.Servers.SnapshotAsync(file, Stop);
        await live.DoAsync("switchover", live.Cluster.Plan.Scope, "--leader", before.Leader.Name, "--candidate", before.Standby.Name, "--force");
        var roles = await live.WholeAsync();
        await using var canary = await live.StartWritingAsync();
        await WritesGoOnAsync(canary);

        await live.Etcd.Servers.RestoreAsync(file, Stop);
        await LogsSayAsync("The store went back");
        await Until.TrueAsync(() => SaysFailsafeAsync(roles), () => "failsafe mode did not begin");
        Assert.Contains("StoreWentBack", await live.DoAsync("explain", live.Cluster.Plan.Scope, roles.Leader.Name), StringComparison.Ordinal);
        await live.DoAsync("reload", live.Cluster.Plan.Scope, "--force");
        await LastAsync();
        await WritesGoOnAsync(canary);

        // An agent may have taken the loss up already, and know of no member until each has written itself anew.
        await live.Etcd.Servers.WipeAsync(Stop);
        await Until.TrueAsync(() => live.TryAsync("reload", live.Cluster.Plan.Scope, "--force"), () => "the members were not told to believe the loss");
        await Until.TrueAsync(async () => !await SaysFailsafeAsync(roles), () => "failsafe mode did not end");
        await NothingChangedAsync(canary);
    }
}
