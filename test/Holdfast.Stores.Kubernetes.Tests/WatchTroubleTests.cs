using Holdfast.Conformance;
using Holdfast.KubernetesApi;
using Xunit;

namespace Holdfast.Stores.Kubernetes.Tests;

/// <summary>Watches that break, fall silent or come too late.</summary>
public sealed class WatchTroubleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watch_whose_connection_breaks_goes_on_without_a_gap_or_a_repeat() =>
        await GoesOnAsync(async (server, write) =>
        {
            server.DropConnections();
            await write();
        });

    [Fact]
    public async Task A_watch_goes_on_after_the_server_was_away() =>
        await GoesOnAsync(async (server, write) =>
        {
            await server.StopAsync();
            await server.StartAsync(Stop);
            await write();
        });

    [Fact]
    public async Task A_watch_that_falls_silent_is_noticed() =>
        await GoesOnAsync(async (server, write) =>
        {
            server.Faults.SilencesWatches = true;
            await write();
        });

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_that_comes_too_late_for_the_history_catches_up(bool byStatus) =>
        await GoesOnAsync(async (server, write) =>
        {
            server.Faults.RefusesOldWatches = byStatus;
            server.Faults.SilencesWatches = true;
            await write();
            server.Compact();
            server.Faults.SilencesWatches = false;
            server.DropConnections();
        });

    [Fact]
    public async Task A_watch_whose_time_is_over_is_taken_up_where_it_ended()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        cluster.Server.Faults.BookmarkEvery = TimeSpan.FromMilliseconds(100);
        await using var watcher = cluster.Open(options => options with { WatchLife = TimeSpan.FromSeconds(1) });
        var start = (await watcher.ReadAsync("/w/", Stop)).Revision;
        await using var watch = watcher.WatchAsync("/w/", start, Stop).GetAsyncEnumerator(Stop);
        for (var turn = 0; turn < 30; turn++)
        {
            var done = await cluster.Endpoints[0].PutAsync("/w/1", $"{turn}", Stop);
            Assert.True(await watch.MoveNextAsync());
            Assert.Equal(done, watch.Current.Revision);
            await Task.Delay(100, Stop);
        }
    }

    [Fact]
    public async Task An_object_that_somebody_deleted_takes_its_keys_along_and_later_revisions_are_later()
    {
        await using var cluster = await KubernetesCluster.StartAsync(2, Stop);
        var (store, watcher) = (cluster.Endpoints[0], cluster.Endpoints[1]);
        var before = await store.PutAsync("/w/1", "x", Stop);
        var start = (await watcher.ReadAsync("/w/", Stop)).Revision;
        await using var watch = watcher.WatchAsync("/w/", start, Stop).GetAsyncEnumerator(Stop);
        var next = watch.MoveNextAsync();

        cluster.Server.Delete(ApiResource.ConfigMaps, "shop-holdfast");

        Assert.True(await next);
        Assert.Equal(["/w/1"], watch.Current.Deleted);
        var gone = watch.Current.Revision;
        Assert.True(gone > before);
        var after = await store.PutAsync("/w/1", "y", Stop);
        Assert.True(after > gone);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal(after, watch.Current.Revision);
    }

    private static async Task GoesOnAsync(Func<KubernetesApiServer, Func<Task>, Task> trouble)
    {
        await using var cluster = await KubernetesCluster.StartAsync(2, Stop);
        var (writer, watcher) = (cluster.Endpoints[0], cluster.Endpoints[1]);
        var start = (await watcher.ReadSurelyAsync("/w/", Stop)).Revision;
        await using var watch = watcher.WatchAsync("/w/", start, Stop).GetAsyncEnumerator(Stop);
        await writer.PutAsync("/w/1", "before", Stop);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("before", watch.Current.Written.Single().Value);

        await trouble(cluster.Server, () => writer.PutAsync("/w/1", "after", Stop));

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("after", watch.Current.Written.Single().Value);
    }
}
