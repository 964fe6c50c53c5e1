using Holdfast.Conformance;
using Holdfast.Ports.Store;
using Holdfast.StoreServers;
using Xunit;

namespace Holdfast.Stores.Consul.Tests;

/// <summary>Servers that die, freeze, forget or leave while a member depends on them.</summary>
public sealed class ServerTroubleTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_watch_goes_on_at_another_server_without_a_gap_or_a_repeat(bool isKilled)
    {
        await using var cluster = await ConsulStores.StartAsync(3, Stop);
        await using var watcher = cluster.Open(0, options => options);
        await using var writer = cluster.Open(1, options => options);
        var start = (await watcher.ReadSurelyAsync("/w/", Stop)).Revision;
        await using var watch = watcher.WatchAsync("/w/", start, Stop).GetAsyncEnumerator(Stop);
        await writer.PutAsync("/w/1", "before", Stop);
        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("before", watch.Current.Written.Single().Value);

        if (isKilled)
        {
            cluster.Consul.Kill(0);
        }
        else
        {
            cluster.Consul.Freeze(0);
        }

        while ((await writer.CommitSurelyAsync(Transactions.Put("/w/1", "after"), Stop)).Outcome != CommitOutcome.Committed)
        {
            // The leader may have been hit, and then nobody knows until there is another one.
        }

        Assert.True(await watch.MoveNextAsync());
        Assert.Equal("after", watch.Current.Written.Single().Value);
        cluster.Consul.Thaw(0);
    }

    [Fact]
    public async Task Servers_that_do_not_answer_are_counted()
    {
        await using var cluster = await ConsulStores.StartAsync(3, Stop);
        await using var store = cluster.Open(0, options => options);

        Assert.Equal(0, await store.CountLostAsync(Stop));
        cluster.Consul.Freeze(2);
        var lost = 0;
        while (lost != 1)
        {
            // The leader may have been hit, and then none knows one for a moment.
            lost = await store.CountLostAsync(Stop);
        }

        cluster.Consul.Thaw(2);
    }

    [Fact]
    public async Task A_session_is_kept_while_one_server_of_three_is_frozen()
    {
        await using var cluster = await ConsulStores.StartAsync(3, Stop);
        await using var store = cluster.Open(2, options => options);
        var session = await store.OpenSessionAsync(TimeSpan.FromSeconds(60), Stop);

        cluster.Consul.Freeze(2);

        SessionKeeping keeping;
        do
        {
            // The freeze may have hit the leader, and then nobody knows until there is another one.
            keeping = await store.KeepSessionAsync(session, Stop);
        }
        while (keeping == SessionKeeping.Unknown);

        Assert.Equal(SessionKeeping.Alive, keeping);
        cluster.Consul.Thaw(2);
    }

    [Fact]
    public async Task Without_a_majority_nothing_is_read_or_written_and_the_reason_is_said()
    {
        await using var cluster = await ConsulStores.StartAsync(3, Stop);
        await using var store = cluster.Open(0, options => options);
        await store.PutAsync("/a", "1", Stop);

        cluster.Consul.Kill(1);
        cluster.Consul.Kill(2);

        var silent = await Assert.ThrowsAsync<StoreUnavailableException>(() => store.ReadAsync("/", Stop));
        Assert.Contains("consul 127.0.0.1:", silent.Message, StringComparison.Ordinal);
        cluster.Consul.Launch();
        Assert.Equal("1", await store.GetAsync("/a", Stop));
    }

    [Fact]
    public async Task A_session_outlives_the_Consul_agent_that_it_was_opened_at()
    {
        await using var cluster = await ConsulStores.StartAsync(3, Stop);
        await using var store = cluster.Open(2, options => options);
        var session = await store.OpenSessionAsync(TimeSpan.FromSeconds(60), Stop);
        await store.CommitSurelyAsync(Transactions.PutUnder(session, "/s/1"), Stop);

        await cluster.Consul.CallAsync(HttpMethod.Put, "/v1/agent/force-leave/consul2", null, null, Stop);
        cluster.Consul.Kill(2);
        await cluster.Consul.CallAsync(HttpMethod.Put, "/v1/agent/force-leave/consul2", null, null, Stop);
        while ((await cluster.Consul.CallAsync(HttpMethod.Get, "/v1/catalog/nodes", null, null, Stop)).Contains("\"consul2\"", StringComparison.Ordinal))
        {
            await Task.Delay(50, Stop);
        }

        Assert.Equal(SessionKeeping.Alive, await cluster.Endpoints[0].KeepSessionAsync(session, Stop));
        Assert.NotNull(await cluster.Endpoints[0].GetAsync("/s/1", Stop));
    }

    [Fact]
    public async Task A_session_shorter_than_the_servers_allow_is_opened_as_long_as_they_want_it()
    {
        await using var cluster = ConsulStores.Launch(new ConsulOptions { Settings = "" });
        await cluster.WaitAsync(options => options, Stop);
        await using var store = cluster.Open(0, options => options);

        var session = await store.OpenSessionAsync(TimeSpan.FromSeconds(2), Stop);

        Assert.Contains("\"TTL\":\"10000ms\"", await cluster.Consul.CallAsync(HttpMethod.Get, $"/v1/session/info/{session.Text}", null, null, Stop), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_transaction_with_more_operations_than_Consul_takes_is_refused_with_the_number()
    {
        await using var cluster = ConsulStores.Launch(new ConsulOptions { Settings = "" });
        await cluster.WaitAsync(options => options, Stop);
        await using var store = cluster.Open(0, options => options);
        var many = new StoreTransaction([], [.. Enumerable.Range(0, 40).Select(number => new StoreWrite.Put($"/many/{number}", "1", null))]);

        var refused = await Assert.ThrowsAsync<ArgumentException>(() => store.CommitAsync(many, Stop));

        Assert.Contains("80 operations, of which Consul takes 64", refused.Message, StringComparison.Ordinal);
    }
}
