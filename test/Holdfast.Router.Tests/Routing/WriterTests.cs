using Holdfast.Conformance;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>Where connections for writes go while every member of a group accepts them.</summary>
public sealed class WriterTests : IAsyncLifetime
{
    private readonly TestMember alpha = new("alpha");
    private readonly TestMember beta = new("beta");
    private readonly TestMember gamma = new("gamma");
    private readonly RoutedCluster cluster = new(threads: 1);
    private readonly List<Caller> callers = [];

    public async ValueTask InitializeAsync()
    {
        cluster.Lead(alpha);
        ReportGroup(alpha, beta, gamma);
        await Until.TrueAsync(() => TakingWrites() == "abg" && cluster.Status.Primary == "alpha");
    }

    public async ValueTask DisposeAsync()
    {
        callers.ForEach(caller => caller.Dispose());
        await cluster.DisposeAsync();
        await alpha.DisposeAsync();
        await beta.DisposeAsync();
        await gamma.DisposeAsync();
    }

    [Fact]
    public async Task Writes_are_shared_by_all_primaries() => Assert.Equal("aaabbbggg", Sorted(await ServedByAsync(9)));

    [Fact]
    public async Task A_primary_that_refuses_costs_nobody_a_connection()
    {
        beta.Close();

        Assert.Equal("aaaggg", Sorted(await ServedByAsync(6)));
    }

    [Fact]
    public async Task A_connection_to_one_that_is_put_out_is_broken_and_the_others_go_on()
    {
        var served = await ServedByAsync(3);

        ReportGroup(alpha, beta);

        Assert.True(await CallerOf('g', served).IsBrokenAtTheEndAsync());
        await CallerOf('a', served).EchoAsync("still there"u8.ToArray());
        await CallerOf('b', served).EchoAsync("still there"u8.ToArray());
        Assert.Equal("aabb", Sorted(await ServedByAsync(4)));
    }

    [Fact]
    public async Task A_lease_that_moves_among_the_primaries_breaks_no_connection()
    {
        var served = await ServedByAsync(3);

        cluster.Lead(beta);
        await Until.TrueAsync(() => cluster.Status.Primary == "beta");
        cluster.Lead(gamma);
        await Until.TrueAsync(() => cluster.Status.Primary == "gamma");

        foreach (var (caller, _) in served)
        {
            await caller.EchoAsync("still there"u8.ToArray());
        }

        Assert.Equal("abg", Sorted(await ServedByAsync(3)));
    }

    [Fact]
    public async Task While_the_holder_of_the_lease_is_no_primary_the_others_connections_go_on_and_new_ones_wait_for_the_next_holder()
    {
        var served = await ServedByAsync(3);

        cluster.Report(alpha, "replica");
        Assert.True(await CallerOf('a', served).IsBrokenAtTheEndAsync());
        var next = await Caller.ConnectAsync(cluster.Writes);
        callers.Add(next);
        await Until.TrueAsync(() => cluster.Status.Held == 1);
        cluster.Lead(beta);

        Assert.Contains(await next.HearMemberAsync(), "bg");
        await CallerOf('b', served).EchoAsync("still there"u8.ToArray());
        await CallerOf('g', served).EchoAsync("still there"u8.ToArray());
    }

    [Fact]
    public async Task A_group_that_goes_over_to_one_primary_keeps_that_one_s_connections_only()
    {
        var served = await ServedByAsync(3);

        cluster.Report(beta, "replica");
        cluster.Report(gamma, "replica");

        Assert.True(await CallerOf('b', served).IsBrokenAtTheEndAsync());
        Assert.True(await CallerOf('g', served).IsBrokenAtTheEndAsync());
        await CallerOf('a', served).EchoAsync("still there"u8.ToArray());
        Assert.Equal("aa", Sorted(await ServedByAsync(2)));
    }

    [Fact]
    public async Task Reads_go_to_a_primary_where_there_is_nobody_else()
    {
        var (caller, member) = await Caller.ServedAsync(cluster.Reads);
        callers.Add(caller);

        Assert.Contains(member, "abg");
    }

    private void ReportGroup(params TestMember[] members)
    {
        var peers = string.Join(',', members.Select(member => $$"""{"server":"{{member.Name}}","host":"{{member.Name}}","port":3306,"state":"ONLINE","primary":true}"""));
        foreach (var member in members)
        {
            cluster.Report(member, "primary", $$""","group":{"server":"{{member.Name}}","state":"ONLINE","multi_primary":true,"members":[{{peers}}]}""");
        }
    }

    private string TakingWrites() => new([.. cluster.Status.Members.Where(member => member.TakesWrites).Select(member => member.Name[0]).Order()]);

    private async Task<(Caller Caller, char Member)[]> ServedByAsync(int count)
    {
        var served = new (Caller Caller, char Member)[count];
        for (var index = 0; index < count; index++)
        {
            served[index] = await Caller.ServedAsync(cluster.Writes);
            callers.Add(served[index].Caller);
        }

        return served;
    }

    private static Caller CallerOf(char member, (Caller Caller, char Member)[] served) => served.Single(one => one.Member == member).Caller;

    private static string Sorted((Caller Caller, char Member)[] served) => new([.. served.Select(one => one.Member).Order()]);
}
