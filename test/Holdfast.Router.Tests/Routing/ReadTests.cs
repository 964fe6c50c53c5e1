using Holdfast.Conformance;
using Holdfast.Decisions.Routing;
using Holdfast.Model;
using Holdfast.Ports.Peers;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>Where connections to the port for reads go.</summary>
public sealed class ReadTests : IAsyncLifetime
{
    private readonly TestMember alpha = new("alpha");
    private readonly TestMember beta = new("beta");
    private readonly TestMember gamma = new("gamma");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await alpha.DisposeAsync();
        await beta.DisposeAsync();
        await gamma.DisposeAsync();
    }

    [Theory]
    [InlineData(ReadBalance.LeastConnections)]
    [InlineData(ReadBalance.RoundRobin)]
    public async Task Reads_are_shared_by_the_replicas(ReadBalance balance)
    {
        await using var cluster = new RoutedCluster(options => options with { Balance = balance }, threads: 1);
        await cluster.FormAsync(alpha, beta, gamma);

        Assert.Equal("bbbbbggggg", await ServedByAsync(cluster, 10));
    }

    [Fact]
    public async Task A_replica_that_refuses_costs_nobody_a_connection()
    {
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha, beta, gamma);
        beta.Close();

        Assert.Equal(new string('g', 20), await ServedByAsync(cluster, 20));
    }

    [Fact]
    public async Task Reads_fall_back_to_the_primary_when_no_replica_takes_them()
    {
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha, beta);
        beta.Close();

        Assert.Equal("aaaaa", await ServedByAsync(cluster, 5));
    }

    [Fact]
    public async Task Reads_wait_for_a_replica_where_the_primary_is_not_to_be_used()
    {
        await using var cluster = new RoutedCluster(options => options with { ReadsFallBackToPrimary = false });
        await cluster.FormAsync(alpha);
        using var caller = await Caller.ConnectAsync(cluster.Reads);
        await Until.TrueAsync(() => cluster.Status.Held == 1);

        cluster.Report(beta, "replica");

        Assert.Equal('b', await caller.HearMemberAsync());
    }

    [Fact]
    public async Task Reads_go_on_without_a_primary_and_through_a_change_of_leader()
    {
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha, beta, gamma);
        cluster.Report(beta, "replica", ",\"tags\":{\"noloadbalance\":true}");
        await Until.TrueAsync(() => !cluster.Of(beta).TakesReads);
        var (caller, member) = await Caller.ServedAsync(cluster.Reads);
        Assert.Equal('g', member);

        await cluster.FormAsync(beta);
        await caller.EchoAsync("still there"u8.ToArray());

        cluster.Store.Delete(cluster.Keys.Leader);
        await Until.TrueAsync(() => cluster.Status.Primary is null);
        Assert.Equal("g", await ServedByAsync(cluster, 1));
        caller.Dispose();
    }

    [Fact]
    public async Task A_replica_that_is_far_behind_takes_no_reads_until_it_has_caught_up()
    {
        await using var cluster = new RoutedCluster(options => options with { Routing = new RoutingPolicy { MaxLagBytes = 1000 } });
        await cluster.FormAsync(alpha, beta, gamma);
        cluster.Answer(alpha, new(DatabaseRole.Primary, new Timeline(1), new LogPosition(5000), null));
        cluster.Answer(beta, Replayed(3999));
        cluster.Answer(gamma, Replayed(4000));

        await Until.TrueAsync(() => !cluster.Of(beta).TakesReads && cluster.Of(beta).LagBytes == 1001 && cluster.Of(gamma).LagBytes == 1000);
        Assert.Equal("gggg", await ServedByAsync(cluster, 4));

        cluster.Answer(beta, Replayed(5000));
        await Until.TrueAsync(() => cluster.Of(beta).TakesReads);
    }

    [Fact]
    public async Task Replicas_of_the_preferred_zone_come_first()
    {
        await using var cluster = new RoutedCluster(options => options with { Zone = "north" });
        await cluster.FormAsync(alpha, beta, gamma);
        cluster.Report(gamma, "replica", ",\"tags\":{\"zone\":\"north\"}");

        await ServedUntilAsync(cluster, "gggg");
    }

    [Fact]
    public async Task A_member_that_fails_again_and_again_is_left_alone_and_then_probed()
    {
        await using var cluster = new RoutedCluster(options => options with { Breaker = new(3, TimeSpan.FromMilliseconds(50), TimeSpan.FromMilliseconds(100), 0) });
        await cluster.FormAsync(alpha, beta);
        beta.Close();
        Assert.Equal("aaa", await ServedByAsync(cluster, 3));
        Assert.NotEqual("closed", cluster.Of(beta).Breaker);

        beta.Open();
        await Until.TrueAsync(() => cluster.Of(beta).Breaker == "half-open");
        await ServedUntilAsync(cluster, "b");

        Assert.Equal("closed", cluster.Of(beta).Breaker);
    }

    [Fact]
    public async Task While_a_breaker_is_open_its_member_is_not_tried()
    {
        await using var cluster = new RoutedCluster(options => options with { Breaker = new(1, TimeSpan.FromMinutes(10), TimeSpan.FromMinutes(10), 0) });
        await cluster.FormAsync(alpha, beta);
        beta.Close();
        Assert.Equal("a", await ServedByAsync(cluster, 1));
        Assert.Equal("open", cluster.Of(beta).Breaker);

        beta.Open();
        Assert.Equal("aaaaa", await ServedByAsync(cluster, 5));
        Assert.Contains("holdfast_router_breaker_state{scope=\"demo\",member=\"beta\"} 2", cluster.Metrics, StringComparison.Ordinal);
    }

    private static MemberHealthAnswer Replayed(long position) => new(DatabaseRole.Replica, new Timeline(1), null, new LogPosition(position));

    /// <summary>Who serves so many connections that are open at the same time, in the order of their names.</summary>
    private static async Task<string> ServedByAsync(RoutedCluster cluster, int count)
    {
        List<(Caller Caller, char Member)> served = [];
        while (served.Count < count)
        {
            served.Add(await Caller.ServedAsync(cluster.Reads));
        }

        served.ForEach(one => one.Caller.Dispose());
        return new([.. served.Select(one => one.Member).Order()]);
    }

    private static async Task ServedUntilAsync(RoutedCluster cluster, string members)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (await ServedByAsync(cluster, members.Length) != members)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(began) < TimeSpan.FromMinutes(1), $"never served by {members}");
        }
    }
}
