using Holdfast.Conformance;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>New connections while there is no primary.</summary>
public class HoldingTests
{
    [Fact]
    public async Task A_new_connection_waits_without_a_primary_and_is_served_when_one_appears()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster();
        using var caller = await Caller.ConnectAsync(cluster.Writes);
        await caller.SendAsync("early"u8.ToArray());
        await Until.TrueAsync(() => cluster.Status.Held == 1);

        await cluster.FormAsync(alpha);

        Assert.Equal('a', await caller.HearMemberAsync());
        Assert.Equal("early"u8.ToArray(), await caller.ReadAsync(5));
        Assert.Equal(0, cluster.Status.Held);
    }

    [Fact]
    public async Task A_leader_that_is_not_promoted_yet_is_waited_for()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster();
        cluster.Lead(alpha);
        cluster.Report(alpha, "replica");
        using var caller = await Caller.ConnectAsync(cluster.Writes);
        await Until.TrueAsync(() => cluster.Status.Held == 1 && cluster.Status.Reason.Contains("not a primary yet", StringComparison.Ordinal));

        cluster.Report(alpha, "primary");

        Assert.Equal('a', await caller.HearMemberAsync());
    }

    [Fact]
    public async Task No_more_than_so_many_wait()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster(options => options with { HeldMax = 1 });
        using var first = await Caller.ConnectAsync(cluster.Writes);
        await Until.TrueAsync(() => cluster.Status.Held == 1);

        Assert.True(await Caller.IsRefusedAsync(cluster.Writes));

        await cluster.FormAsync(alpha);
        Assert.Equal('a', await first.HearMemberAsync());
    }

    [Fact]
    public async Task Nobody_waits_for_longer_than_the_limit()
    {
        await using var cluster = new RoutedCluster(options => options with { HoldLimit = TimeSpan.FromMilliseconds(100) });

        Assert.True(await Caller.IsRefusedAsync(cluster.Writes));
        await Until.TrueAsync(() => cluster.Status is { Held: 0, Connections: 0 });
    }

    [Fact]
    public async Task Whoever_hangs_up_gives_its_place_to_another()
    {
        await using var cluster = new RoutedCluster(options => options with { HeldMax = 1 });
        using (await Caller.ConnectAsync(cluster.Writes))
        {
            await Until.TrueAsync(() => cluster.Status.Held == 1);
        }

        await Until.TrueAsync(() => cluster.Status is { Held: 0, Connections: 0 });
        using var next = await Caller.ConnectAsync(cluster.Writes);
        await Until.TrueAsync(() => cluster.Status.Held == 1);
    }

    [Fact]
    public async Task A_primary_that_refuses_is_not_waited_for_when_nobody_else_leads()
    {
        await using var alpha = new TestMember("alpha");
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha);
        alpha.Close();

        Assert.True(await Caller.IsRefusedAsync(cluster.Writes));
    }
}
