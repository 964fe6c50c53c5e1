using System.Diagnostics;
using Holdfast.Conformance;
using Holdfast.KubernetesApi;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Kubernetes.Tests;

/// <summary>Sessions end late at worst, never early, whatever the server and the other clients go through.</summary>
public sealed class SessionTroubleTests
{
    private static readonly TimeSpan TimeToLive = TimeSpan.FromSeconds(1);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_that_lost_its_watch_for_longer_than_the_time_to_live_ends_nobodys_session()
    {
        await using var cluster = await KubernetesCluster.StartAsync(2, Stop);
        var (holder, watcher) = (cluster.Endpoints[0], cluster.Endpoints[1]);
        var session = await holder.OpenSessionAsync(TimeToLive, Stop);
        await holder.CommitSurelyAsync(Transactions.PutUnder(session, "/service/shop/leader"), Stop);
        await using var watching = await Watching.StartAsync(watcher);

        // From now on it hears of no renewal, and sees the Lease unchanged.
        cluster.Server.Faults.SilencesWatches = true;
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < TimeToLive * 2 || !cluster.Server.Told.Contains("delete leases 409"))
        {
            Assert.Equal(SessionKeeping.Alive, await holder.KeepSessionAsync(session, Stop));
            Assert.NotNull(await holder.GetAsync("/service/shop/leader", Stop));
            await Task.Delay(TimeToLive / 10, Stop);
        }
    }

    [Theory]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(404)]
    [InlineData(500)]
    public async Task A_refused_renewal_is_not_the_end_of_a_session(int status)
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var store = cluster.Endpoints[0];
        var session = await store.OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);

        cluster.Server.Faults.RefuseWrites(status, int.MaxValue);
        Assert.Equal(SessionKeeping.Unknown, await store.KeepSessionAsync(session, Stop));
        cluster.Server.Faults.Heal();

        Assert.Equal(SessionKeeping.Alive, await store.KeepSessionAsync(session, Stop));
    }

    [Theory]
    [InlineData(403)]
    [InlineData(429)]
    public async Task Everybody_gets_the_full_time_again_after_the_server_has_refused_writes_for_longer(int status)
    {
        await using var cluster = await KubernetesCluster.StartAsync(3, Stop);
        var holder = cluster.Endpoints[0];
        var session = await holder.OpenSessionAsync(TimeToLive, Stop);
        await holder.CommitSurelyAsync(Transactions.PutUnder(session, "/service/shop/leader"), Stop);
        await using var one = await Watching.StartAsync(cluster.Endpoints[1]);
        await using var two = await Watching.StartAsync(cluster.Endpoints[2]);

        cluster.Server.Faults.RefuseWrites(status, int.MaxValue);
        var refusal = $"delete leases {status}";
        while (cluster.Server.Told.Count(line => line == refusal) < 4)
        {
            await Task.Delay(20, Stop);
        }

        cluster.Server.Faults.Heal();
        Assert.Equal(SessionKeeping.Alive, await holder.KeepSessionAsync(session, Stop));
        Assert.NotNull(await holder.GetAsync("/service/shop/leader", Stop));
    }

    [Fact]
    public async Task The_keys_of_a_session_whose_Lease_was_deleted_while_nobody_watched_go_when_somebody_does()
    {
        await using var cluster = await KubernetesCluster.StartAsync(2, Stop);
        var session = await cluster.Endpoints[0].OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);
        await cluster.Endpoints[0].CommitSurelyAsync(Transactions.PutUnder(session, "/s/1", "/s/2"), Stop);
        cluster.Server.Delete(ApiResource.Leases, $"shop-{session.Text}");
        Assert.Equal(SessionKeeping.Ended, await cluster.Endpoints[0].KeepSessionAsync(session, Stop));

        var start = (await cluster.Endpoints[1].ReadAsync("/s/", Stop)).Revision;
        await foreach (var change in cluster.Endpoints[1].WatchAsync("/s/", start, Stop))
        {
            Assert.Equal(["/s/1", "/s/2"], change.Deleted);
            break;
        }

        Assert.Equal(CommitOutcome.SessionEnded, (await cluster.Endpoints[0].CommitAsync(Transactions.PutUnder(session, "/s/1"), Stop)).Outcome);
    }

    [Fact]
    public async Task A_session_that_ends_while_the_keys_cannot_be_written_takes_them_along_later()
    {
        await using var cluster = await KubernetesCluster.StartAsync(2, Stop);
        var session = await cluster.Endpoints[0].OpenSessionAsync(TimeToLive, Stop);
        await cluster.Endpoints[0].CommitSurelyAsync(Transactions.PutUnder(session, "/s/1"), Stop);
        cluster.Server.Faults.Refuse("patch configmaps", 403, 12);

        var start = (await cluster.Endpoints[1].ReadAsync("/s/", Stop)).Revision;
        await foreach (var change in cluster.Endpoints[1].WatchAsync("/s/", start, Stop))
        {
            Assert.Equal(["/s/1"], change.Deleted);
            break;
        }
    }

    /// <summary>A client that does what an agent does all the time.</summary>
    private sealed class Watching : IAsyncDisposable
    {
        private readonly CancellationTokenSource cancel = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        private Task following = Task.CompletedTask;

        public static async Task<Watching> StartAsync(IConsensusStore store)
        {
            var watching = new Watching();
            var start = (await store.ReadSurelyAsync("/", Stop)).Revision;
            watching.following = watching.FollowAsync(store, start);
            return watching;
        }

        public async ValueTask DisposeAsync()
        {
            await cancel.CancelAsync();
            await following;
            cancel.Dispose();
        }

        private async Task FollowAsync(IConsensusStore store, Model.Revision start)
        {
            try
            {
                await foreach (var change in store.WatchAsync("/", start, cancel.Token))
                {
                    Assert.NotNull(change);
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                // The test is over.
            }
        }
    }
}
