using System.Diagnostics;
using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Conformance;
using Npgsql;
using Xunit;

namespace Holdfast.Router.Tests.Sessions;

/// <summary>A switchover as a session sees it: not at all, or by an error that says why.</summary>
public class MoveTests(TwoServers servers) : IClassFixture<TwoServers>
{
    [Fact]
    public async Task A_session_goes_on_at_the_new_primary_as_it_was()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync();
        await client.DoAsync("set work_mem = '1234kB'");
        await client.DoAsync("set app.user_id = 'o''brien \\ co'");
        await client.DoAsync("select set_config('app.tenant', 'Zürich', false)");
        await client.DoAsync("set timezone = 'Asia/Tokyo'");
        await client.DoAsync("prepare twice as select 2 * $1::int");
        await client.DoAsync("set role \"the \"\"boss\"\"\"");
        await using var prepared = new NpgsqlCommand("select $1::int + 1", client) { Parameters = { new() { Value = 41 } } };
        await prepared.PrepareAsync(TestContext.Current.CancellationToken);

        await servers.SwitchOverAsync(cluster);

        Assert.Equal(42, await prepared.ExecuteScalarAsync(TestContext.Current.CancellationToken));
        Assert.Equal(servers.Beta.Address.Port, await client.PortAsync());
        Assert.Equal("1234kB", await client.DoAsync("show work_mem"));
        Assert.Equal("o'brien \\ co", await client.DoAsync("show app.user_id"));
        Assert.Equal("Zürich", await client.DoAsync("show app.tenant"));
        Assert.Equal("Asia/Tokyo", await client.DoAsync("show timezone"));
        Assert.Equal("Asia/Tokyo", client.Timezone);
        Assert.Equal(14, await client.DoAsync("execute twice(7)"));
        Assert.Equal("the \"boss\"", await client.DoAsync("select current_user::text"));
        Assert.Equal("anna", await client.DoAsync("select session_user::text"));
    }

    [Fact]
    public async Task A_moved_session_s_statements_are_cancelled_where_they_run()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync("Application Name=to be cancelled there");
        await servers.SwitchOverAsync(cluster);
        Assert.Equal(servers.Beta.Address.Port, await client.PortAsync());
        await using var sleeping = new NpgsqlCommand("select pg_sleep(600)", client);
        var slept = sleeping.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        while (await servers.Beta.DoAsync("select count(*) from pg_stat_activity where application_name = 'to be cancelled there' and state = 'active'") is not 1L)
        {
        }

        sleeping.Cancel();

        await SessionVocabulary.AssertCancelledAsync(slept);
    }

    [Fact]
    public async Task A_statement_that_is_sent_in_the_pause_is_answered_by_the_new_primary()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync();
        servers.AskToPause(cluster);
        await Until.TrueAsync(() => TwoServers.HasPaused(cluster));

        var answer = client.PortAsync();
        var opened = cluster.OpenAsync();
        await Until.TrueAsync(() => cluster.Status.Held == 2);
        Assert.False(answer.IsCompleted || opened.IsCompleted);
        servers.HandOver(cluster);

        Assert.Equal(servers.Beta.Address.Port, await answer);
        await using var another = await opened;
        Assert.Equal(servers.Beta.Address.Port, await another.PortAsync());
    }

    [Fact]
    public async Task An_open_transaction_ends_where_it_began_and_is_waited_for()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync();
        await using var idle = await cluster.OpenAsync();
        await client.DoAsync("begin");

        servers.AskToPause(cluster);
        await Until.TrueAsync(() => cluster.Status.Held == 1);
        Assert.Equal(servers.Alpha.Address.Port, await client.PortAsync());
        Assert.False(TwoServers.HasPaused(cluster));

        await client.DoAsync("commit");
        await Until.TrueAsync(() => TwoServers.HasPaused(cluster));
        servers.HandOver(cluster);
        Assert.Equal(servers.Beta.Address.Port, await client.PortAsync());
        Assert.Equal(servers.Beta.Address.Port, await idle.PortAsync());
    }

    [Fact]
    public async Task A_transaction_that_is_open_for_too_long_is_ended_by_the_change_of_leader()
    {
        await using var cluster = await servers.RouteAsync(options => options with { SwitchoverBudget = TimeSpan.FromMilliseconds(100) });
        await using var client = await cluster.OpenAsync();
        await client.DoAsync("begin");

        await servers.SwitchOverAsync(cluster);

        Assert.Equal("57P01", await client.FailureAsync("select 1"));
    }

    [Fact]
    public async Task A_switchover_that_is_given_up_leaves_the_session_where_it_was()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync();
        await client.DoAsync("set work_mem = '1234kB'");
        servers.AskToPause(cluster);
        await Until.TrueAsync(() => TwoServers.HasPaused(cluster));

        cluster.Report("alpha", servers.Alpha.Address, "primary");

        Assert.Equal("1234kB", await client.DoAsync("show work_mem"));
        Assert.Equal(servers.Alpha.Address.Port, await client.PortAsync());
    }

    [Theory]
    [InlineData("create temporary table scratch (line text)", "temporary tables")]
    [InlineData("listen news", "LISTEN")]
    [InlineData("select pg_advisory_lock(7)", "advisory locks")]
    [InlineData("begin; declare pages cursor with hold for select 1; commit", "a cursor WITH HOLD")]
    public async Task A_session_that_is_bound_to_its_server_is_ended_with_a_reason(string binding, string words)
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync("Include Error Detail=true");
        await client.DoAsync(binding);

        await servers.SwitchOverAsync(cluster);

        var end = await Assert.ThrowsAsync<PostgresException>(() => client.DoAsync("select 1"));
        Assert.Equal(("57P01", $"The session cannot go on at the new primary: it has {words}."), (end.SqlState, end.Detail));
    }

    [Fact]
    public async Task A_session_under_TLS_goes_on_too()
    {
        using var certificates = new TestCertificates();
        using var certificate = X509Certificate2.CreateFromPemFile(certificates["server.crt"], certificates["server.key"]);
        await using var cluster = await servers.RouteAsync(options => options with { ClientTls = new SslServerAuthenticationOptions { ServerCertificate = certificate } });
        await using var client = await cluster.OpenAsync($"SSL Mode=VerifyFull;Root Certificate={certificates["authority.crt"]}");
        await client.DoAsync("set timezone = 'Asia/Tokyo'");

        await servers.SwitchOverAsync(cluster);

        Assert.Equal(servers.Beta.Address.Port, await client.PortAsync());
        Assert.Equal("Asia/Tokyo", await client.DoAsync("show timezone"));
    }

    [Fact]
    public async Task A_session_whose_old_server_hangs_in_the_pause_is_ended_by_the_change_of_leader()
    {
        await using var cluster = await servers.RouteAsync(options => options with { SwitchoverBudget = TimeSpan.FromMilliseconds(100) });
        await using var client = await cluster.OpenAsync();
        var backend = $"{await client.DoAsync("select pg_backend_pid()")}";
        await SignalAsync("-STOP", backend);

        await servers.SwitchOverAsync(cluster);

        Assert.Equal("57P01", await client.FailureAsync("select 1"));
        await SignalAsync("-CONT", backend);
    }

    [Fact]
    public async Task A_failover_ends_sessions_with_a_reason()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync();

        servers.HandOver(cluster);
        await Until.TrueAsync(() => cluster.Of("alpha").Connections == 0);

        Assert.Equal("57P01", await client.FailureAsync("select 1"));
    }

    [Fact]
    public async Task Busy_sessions_lose_no_statement_to_a_switchover()
    {
        await using var cluster = await servers.RouteAsync();
        var clients = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => cluster.OpenAsync()));
        using var over = new CancellationTokenSource();
        var busy = clients.Select(async client =>
        {
            var answered = 0;
            while (!over.IsCancellationRequested || await client.PortAsync() != servers.Beta.Address.Port)
            {
                Assert.Equal(answered, await client.DoAsync(string.Create(CultureInfo.InvariantCulture, $"select {answered}")));
                answered++;
            }

            return answered;
        }).ToArray();

        await servers.SwitchOverAsync(cluster);
        await over.CancelAsync();

        Assert.All(await Task.WhenAll(busy), answered => Assert.InRange(answered, 1, int.MaxValue));
        await Task.WhenAll(clients.Select(client => client.DisposeAsync().AsTask()));
    }

    private static async Task SignalAsync(string signal, string process)
    {
        using var kill = Process.Start("kill", [signal, process]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, kill.ExitCode);
    }
}
