using Holdfast.Conformance;
using Holdfast.Model;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>What a change of leader means for connections.</summary>
public sealed class TermTests : IAsyncLifetime
{
    private readonly TaskCompletionSource<int> alphaEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TestMember alpha;
    private readonly TestMember beta = new("beta");
    private readonly RoutedCluster cluster = new();

    public TermTests() => alpha = new("alpha", async socket =>
    {
        try
        {
            alphaEnded.SetResult(await socket.ReceiveAsync(new byte[100]));
        }
        catch (System.Net.Sockets.SocketException)
        {
            alphaEnded.SetResult(-1);
        }
    });

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await cluster.DisposeAsync();
        await alpha.DisposeAsync();
        await beta.DisposeAsync();
    }

    [Fact]
    public async Task A_change_of_term_breaks_the_old_primary_s_connections_at_both_ends_before_the_new_one_is_promoted()
    {
        await cluster.FormAsync(alpha, beta);
        var (caller, member) = await Caller.ServedAsync(cluster.Writes);
        Assert.Equal('a', member);

        cluster.Lead(beta);

        Assert.True(await caller.IsBrokenAtTheEndAsync());
        Assert.Equal(-1, await alphaEnded.Task.WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken));
        Assert.Null(cluster.Status.Primary);
        caller.Dispose();
    }

    [Fact]
    public async Task New_connections_go_to_the_primary_of_the_later_term()
    {
        await cluster.FormAsync(alpha, beta);
        cluster.Report(alpha, "replica");
        var term = await cluster.FormAsync(beta);

        var (caller, member) = await Caller.ServedAsync(cluster.Writes);

        Assert.Equal(('b', term.Number), (member, cluster.Status.Term));
        caller.Dispose();
    }

    [Fact]
    public async Task A_report_of_an_earlier_term_is_not_gone_by()
    {
        var earlier = await cluster.FormAsync(alpha);
        cluster.Report(beta, "primary", $",\"term\":{earlier}");

        var later = cluster.Lead(beta);
        await Until.TrueAsync(() => cluster.Status.Term == later.Number);
        Assert.Null(cluster.Status.Primary);

        cluster.Report(beta, "primary", $",\"term\":{later}");
        await Until.TrueAsync(() => cluster.Status.Primary == "beta");
    }

    [Fact]
    public async Task A_lower_term_afterwards_is_refused_and_breaks_nothing()
    {
        var earlier = await cluster.FormAsync(alpha);
        var later = await cluster.FormAsync(beta);
        var (caller, member) = await Caller.ServedAsync(cluster.Writes);
        Assert.Equal('b', member);

        cluster.Store.SetBack(cluster.Keys.Leader, "alpha", new Revision(earlier.Number));

        await Until.TrueAsync(() => cluster.Status.Reason.Contains("older than", StringComparison.Ordinal));
        Assert.Null(cluster.Status.Primary);
        Assert.Equal(later.Number, cluster.Status.Term);
        await caller.EchoAsync("still there"u8.ToArray());
        caller.Dispose();
    }

    [Fact]
    public async Task A_lower_term_is_gone_by_once_the_operator_says_that_the_store_is_right()
    {
        var earlier = await cluster.FormAsync(alpha);
        await cluster.FormAsync(beta);
        cluster.Store.SetBack(cluster.Keys.Leader, "alpha", new Revision(earlier.Number));
        await Until.TrueAsync(() => cluster.Status.Reason.Contains("older than", StringComparison.Ordinal));

        cluster.Believe();

        Assert.Equal(("alpha", earlier.Number), (cluster.Status.Primary, cluster.Status.Term));
    }

    [Fact]
    public async Task Connections_go_on_and_new_ones_wait_while_nobody_leads()
    {
        await cluster.FormAsync(beta);
        var (caller, _) = await Caller.ServedAsync(cluster.Writes);

        cluster.Store.Delete(cluster.Keys.Leader);
        await Until.TrueAsync(() => cluster.Status.Primary is null);
        using var next = await Caller.ConnectAsync(cluster.Writes);
        await Until.TrueAsync(() => cluster.Status.Held == 1);

        await caller.EchoAsync("still there"u8.ToArray());
        cluster.Lead(beta);
        Assert.Equal('b', await next.HearMemberAsync());
        caller.Dispose();
    }

    [Fact]
    public async Task A_member_that_says_that_it_is_no_primary_any_more_loses_its_connections()
    {
        await cluster.FormAsync(alpha);
        var (caller, _) = await Caller.ServedAsync(cluster.Writes);

        cluster.Report(alpha, "replica");

        Assert.True(await caller.IsBrokenAtTheEndAsync());
        caller.Dispose();
    }

    [Fact]
    public async Task Without_the_store_connections_go_where_it_last_said_and_it_is_followed_again_when_it_returns()
    {
        await cluster.FormAsync(beta);
        cluster.Store.GoAway();
        await Until.TrueAsync(() => cluster.Status.Reason.Contains("store does not answer", StringComparison.Ordinal));

        var (caller, member) = await Caller.ServedAsync(cluster.Writes);
        Assert.Equal('b', member);
        caller.Dispose();

        cluster.Lead(alpha);
        cluster.Store.Return();
        await Until.TrueAsync(() => cluster.Status.Reason == "alpha leads and has not reported yet");
    }

    [Fact]
    public async Task Without_the_store_a_primary_by_its_own_word_takes_the_place_of_one_that_denies_it()
    {
        await cluster.FormAsync(alpha, beta);
        cluster.Answer(alpha, new(DatabaseRole.Replica, new Timeline(2), null, new LogPosition(1)));
        cluster.Answer(beta, new(DatabaseRole.Primary, new Timeline(2), new LogPosition(1), null));

        cluster.Store.GoAway();

        await Until.TrueAsync(() => cluster.Status.Primary == "beta");
        var (caller, member) = await Caller.ServedAsync(cluster.Writes);
        Assert.Equal('b', member);
        caller.Dispose();
    }
}
