using System.Text.Json;
using Holdfast.Conformance;
using Holdfast.Model;
using Holdfast.Router.Clusters;
using Xunit;

namespace Holdfast.Router.Tests.Routing;

/// <summary>What a router says of a change of leader once a client is served.</summary>
public sealed class RouteReportTests : IAsyncLifetime
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private readonly TestMember alpha = new("alpha");
    private readonly TestMember beta = new("beta");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await alpha.DisposeAsync();
        await beta.DisposeAsync();
    }

    [Fact]
    public async Task Inside_an_agent_it_tells_the_store_of_each_change_once_a_client_is_served()
    {
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha, beta);
        await ServeAsync(cluster);

        foreach (var member in new[] { beta, alpha })
        {
            var term = await cluster.FormAsync(member);
            await ServeAsync(cluster);
            await Until.TrueAsync(() => Told(cluster)?.Term == term.Number);
            Assert.Equal("router-1", Told(cluster)?.Router);
        }
    }

    [Fact]
    public async Task What_another_router_has_said_of_the_term_stays()
    {
        await using var cluster = new RoutedCluster();
        await cluster.FormAsync(alpha);
        var term = await cluster.FormAsync(beta);
        cluster.Store.Put(cluster.Keys.Route, $$"""{"term":{{term}},"router":"router-2","idle_ms":1}""");

        await ServeAsync(cluster);
        await Until.TrueAsync(() => cluster.Status.LastRouteMs is not null);

        Assert.Equal((term.Number, "router-2"), Told(cluster));
    }

    [Fact]
    public async Task On_its_own_in_mode_tcp_it_only_reads_the_store()
    {
        await using var cluster = new RoutedCluster(isInsideAgent: false);
        await cluster.FormAsync(alpha);
        await cluster.FormAsync(beta);

        await ServeAsync(cluster);
        await Until.TrueAsync(() => cluster.Status.LastRouteMs is not null);

        Assert.Null(cluster.Store.Value(cluster.Keys.Route));
    }

    [Fact]
    public void The_time_in_which_no_client_asked_for_the_new_primary_is_told_apart()
    {
        var timer = new RouteTimer();
        timer.Changed(new Term(7), 10 * Second);
        timer.Known(12 * Second);
        timer.Asked(15 * Second);
        timer.Asked(16 * Second);

        Assert.True(timer.End(17 * Second));
        Assert.False(timer.End(18 * Second));
        Assert.Equal(new ServedTerm(new Term(7), 3 * Second), timer.Served);
        Assert.Equal(7 * Second, timer.Last);
    }

    private static async Task ServeAsync(RoutedCluster cluster)
    {
        var (caller, _) = await Caller.ServedAsync(cluster.Writes);
        caller.Dispose();
    }

    private static (long Term, string? Router)? Told(RoutedCluster cluster)
    {
        if (cluster.Store.Value(cluster.Keys.Route) is not { } text)
        {
            return null;
        }

        using var document = JsonDocument.Parse(text);
        return (document.RootElement.GetProperty("term").GetInt64(), document.RootElement.GetProperty("router").GetString());
    }
}
