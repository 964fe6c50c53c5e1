using Holdfast.Conformance;
using Holdfast.KubernetesApi;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Xunit;

namespace Holdfast.Stores.Kubernetes.Tests;

/// <summary>An API server that refuses, hangs, forgets or goes away while a member depends on it.</summary>
public sealed class ServerTroubleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(403)]
    [InlineData(409)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task A_write_that_is_refused_for_a_moment_is_made_once(int status)
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var store = cluster.Endpoints[0];
        await store.PutAsync("/service/shop/other", "1", Stop);

        cluster.Server.Faults.RefuseWrites(status, 2, 0);
        var result = await store.CommitAsync(Transactions.PutIf("/service/shop/leader", Revision.Absent, "a"), Stop);

        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Equal(result.Revision, (await store.ReadAsync("/service/shop/leader", Stop)).Entries.Single().Modified);
    }

    [Theory]
    [InlineData(403, "needs the verb 'patch' on 'configmaps'")]
    [InlineData(409, "resource quota has been modified")]
    [InlineData(429, "overloaded")]
    public async Task A_write_that_is_refused_for_good_was_not_made_and_the_reason_is_said(int status, string reason)
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var store = cluster.Endpoints[0];
        await store.PutAsync("/service/shop/other", "1", Stop);

        cluster.Server.Faults.RefuseWrites(status, int.MaxValue);
        var refused = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Transactions.Put("/service/shop/a", "1"), Stop));

        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
        Assert.Contains($"kubernetes 127.0.0.1:{cluster.Server.Port}", refused.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(cluster.Server.Token, refused.ToString(), StringComparison.Ordinal);
        Assert.Null(await store.GetAsync("/service/shop/a", Stop));
    }

    [Fact]
    public async Task A_server_that_wants_to_be_left_alone_for_longer_than_there_is_time_is_asked_once()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var store = cluster.Endpoints[0];
        await store.PutAsync("/service/shop/other", "1", Stop);

        cluster.Server.Faults.RefuseWrites(429, int.MaxValue, 60);

        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Transactions.Put("/service/shop/a", "1"), Stop));
        Assert.Single(cluster.Server.Told, line => line == "patch configmaps 429");
    }

    [Fact]
    public async Task A_write_without_an_answer_is_unknown_and_a_read_says_that_the_store_is_away()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var store = cluster.Endpoints[0];
        await store.PutAsync("/service/shop/other", "1", Stop);
        var session = await store.OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);

        cluster.Server.Faults.Hang();

        Assert.Equal(CommitOutcome.Unknown, (await store.CommitAsync(Transactions.Put("/service/shop/a", "1"), Stop)).Outcome);
        Assert.Equal(SessionKeeping.Unknown, await store.KeepSessionAsync(session, Stop));
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync("/", Stop));
        cluster.Server.Faults.Heal();
        Assert.Equal(SessionKeeping.Alive, await store.KeepSessionAsync(session, Stop));
    }

    [Fact]
    public async Task A_server_that_answers_slowly_is_waited_for()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        cluster.Server.Faults.Delay = TimeSpan.FromMilliseconds(300);

        var session = await cluster.Endpoints[0].OpenSessionAsync(TimeSpan.FromMinutes(1), Stop);
        var result = await cluster.Endpoints[0].CommitAsync(Transactions.PutUnder(session, "/service/shop/a"), Stop);

        Assert.Equal(CommitOutcome.Committed, result.Outcome);
    }

    [Fact]
    public async Task A_write_whose_answer_was_lost_is_recognised_and_not_taken_for_somebody_elses()
    {
        await using var cluster = await KubernetesCluster.StartAsync(2, Stop);
        var (store, other) = (cluster.Endpoints[0], cluster.Endpoints[1]);
        await store.PutAsync("/service/shop/other", "1", Stop);

        cluster.Server.Faults.LoseAnswers(1);
        var result = await store.CommitAsync(Transactions.PutIf("/service/shop/leader", Revision.Absent, "a"), Stop);

        Assert.Equal(CommitOutcome.Committed, result.Outcome);
        Assert.Equal(result.Revision, (await other.ReadAsync("/service/shop/leader", Stop)).Entries.Single().Modified);
        Assert.Equal(CommitOutcome.Conflict, (await other.CommitAsync(Transactions.PutIf("/service/shop/leader", Revision.Absent, "b"), Stop)).Outcome);
    }

    [Fact]
    public async Task Many_writers_lose_no_step_while_answers_are_lost_and_writes_refused()
    {
        await using var cluster = await KubernetesCluster.StartAsync(3, Stop);
        await cluster.Endpoints[0].PutAsync("/counter", "0", Stop);
        using var done = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        var troubling = TroubleAsync(cluster.Server.Faults, done.Token);

        var counted = await Task.WhenAll(cluster.Endpoints.Select(store => RaiseAsync(store, 20)));

        await done.CancelAsync();
        await troubling;
        cluster.Server.Faults.Heal();
        var value = int.Parse((await cluster.Endpoints[0].GetAsync("/counter", Stop))!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(value, counted.Sum(each => each.Sure), counted.Sum(each => each.Sure + each.Unknown));
    }

    [Fact]
    public async Task A_read_shows_the_newest_even_where_caches_are_stale()
    {
        await using var cluster = await KubernetesCluster.StartAsync(2, Stop);
        await cluster.Endpoints[0].PutAsync("/service/shop/a", "old", Stop);
        await cluster.Endpoints[1].ReadAsync("/", Stop);
        cluster.Server.Faults.ServesStaleLists = true;

        await cluster.Endpoints[0].PutAsync("/service/shop/a", "new", Stop);

        Assert.Equal("new", await cluster.Endpoints[1].GetAsync("/service/shop/a", Stop));
    }

    [Fact]
    public async Task A_server_that_is_away_is_said_to_be_and_serves_again_afterwards()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var store = cluster.Endpoints[0];
        await store.PutAsync("/service/shop/a", "1", Stop);

        await cluster.Server.StopAsync();
        await Assert.ThrowsAsync<StoreUnavailableException>(() => store.CommitAsync(Transactions.Put("/service/shop/a", "2"), Stop));
        await cluster.Server.StartAsync(Stop);

        Assert.Equal("1", await store.GetAsync("/service/shop/a", Stop));
        await store.PutAsync("/service/shop/a", "2", Stop);
    }

    [Fact]
    public async Task More_than_an_object_holds_is_refused_and_changes_nothing()
    {
        await using var cluster = await KubernetesCluster.StartAsync(1, Stop);
        var store = cluster.Endpoints[0];

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync(Transactions.Put("/service/shop/a", new string('x', 1024 * 1024)), Stop));

        Assert.Contains("1048576", refused.Message, StringComparison.Ordinal);
        Assert.Null(await store.GetAsync("/service/shop/a", Stop));
    }

    private static async Task TroubleAsync(ApiFaults faults, CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            faults.Heal();
            faults.LoseAnswers(1);
            faults.RefuseWrites(500, 1);
            faults.RefuseWrites(409, 1);
            await Task.Delay(100, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task<(int Sure, int Unknown)> RaiseAsync(IConsensusStore store, int times)
    {
        var (sure, unknown) = (0, 0);
        while (sure < times)
        {
            var entry = (await store.ReadSurelyAsync("/counter", Stop)).Entries.Single();
            var next = int.Parse(entry.Value, System.Globalization.CultureInfo.InvariantCulture) + 1;
            switch ((await store.CommitSurelyAsync(Transactions.PutIf("/counter", entry.Modified, $"{next}"), Stop)).Outcome)
            {
                case CommitOutcome.Committed:
                    sure++;
                    break;
                case CommitOutcome.Unknown:
                    unknown++;
                    break;
            }
        }

        return (sure, unknown);
    }
}
