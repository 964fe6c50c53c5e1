using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Conformance;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Tests.Routing;
using Npgsql;
using Xunit;

namespace Holdfast.Router.Tests.Sessions;

/// <summary>Mode session against a real server: what a client may do directly, it may do through the router.</summary>
public class SessionTests(TwoServers servers) : IClassFixture<TwoServers>
{
    private const string Anna = "anna";

    [Fact]
    public async Task Statements_prepared_statements_and_copies_go_through()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync();
        await using var prepared = new NpgsqlCommand("select $1::int + 1", client) { Parameters = { new() { Value = 41 } } };
        await prepared.PrepareAsync(TestContext.Current.CancellationToken);
        Assert.Equal(42, await prepared.ExecuteScalarAsync(TestContext.Current.CancellationToken));

        await using (var import = await client.BeginTextImportAsync("copy notes from stdin", TestContext.Current.CancellationToken))
        {
            foreach (var number in Enumerable.Range(0, 20_000))
            {
                await import.WriteLineAsync($"line {number}");
            }
        }

        Assert.Equal(20_000L, await client.DoAsync("select count(*) from notes"));
        using (var export = await client.BeginTextExportAsync("copy notes to stdout", TestContext.Current.CancellationToken))
        {
            Assert.Equal(20_000, (await export.ReadToEndAsync(TestContext.Current.CancellationToken)).Count(letter => letter == '\n'));
        }

        Assert.Equal("22012", await client.FailureAsync("select 1 / 0"));
        Assert.Equal(new string('x', 3_000_000), await client.DoAsync("select repeat('x', 3000000)"));
        await client.DoAsync("truncate notes");
    }

    [Fact]
    public async Task A_statement_is_cancelled_by_the_key_that_the_router_gave()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync("Application Name=to be cancelled");
        await using var sleeping = new NpgsqlCommand("select pg_sleep(600)", client);
        var slept = sleeping.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        while (await servers.Alpha.DoAsync("select count(*) from pg_stat_activity where application_name = 'to be cancelled' and state = 'active'") is not 1L)
        {
        }

        sleeping.Cancel();

        await SessionVocabulary.AssertCancelledAsync(slept);
        Assert.Equal(1, await client.DoAsync("select 1"));
    }

    [Theory]
    [InlineData("asked")]
    [InlineData("listed secret")]
    [InlineData("listed password")]
    [InlineData("unknown")]
    public async Task A_password_is_checked_wherever_its_secret_is_known(string where)
    {
        var secrets = where switch
        {
            "asked" => TwoServers.Query,
            "listed secret" => TwoServers.Secrets(new() { [Anna] = (string)(await servers.Alpha.DoAsync("select passwd from pg_shadow where usename = 'anna'"))! }, null),
            "listed password" => TwoServers.Secrets(new() { [Anna] = PostgreSqlServer.Password }, null),
            _ => TwoServers.Secrets([], null),
        };
        await using var cluster = await servers.RouteAsync(options => options with { Secrets = secrets });

        await using (var client = await cluster.OpenAsync())
        {
            Assert.Equal(Anna, await client.DoAsync("select session_user::text"));
        }

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => cluster.OpenAsync("Password=wrong"));
        Assert.Equal("28P01", refusal.SqlState);
    }

    [Fact]
    public async Task A_secret_that_the_server_made_proves_the_password_here()
    {
        var secret = ScramSecret.Parse((string)(await servers.Alpha.DoAsync("select passwd from pg_shadow where usename = 'anna'"))!);

        var exchange = new ScramExchange.Client();
        var server = new ScramExchange.Server(secret!, exchange.First);
        Assert.NotNull(server.Check(exchange.Final(server.ServerFirst, (salt, count) => ScramKeys.Of(PostgreSqlServer.Password, salt, count))));
    }

    [Fact]
    public async Task Clients_may_ask_for_TLS()
    {
        using var certificates = new TestCertificates();
        using var certificate = X509Certificate2.CreateFromPemFile(certificates["server.crt"], certificates["server.key"]);
        await using var cluster = await servers.RouteAsync(options => options with { ClientTls = new SslServerAuthenticationOptions { ServerCertificate = certificate } });
        await using var secured = await cluster.OpenAsync($"SSL Mode=VerifyFull;Root Certificate={certificates["authority.crt"]}");
        await using var plain = await cluster.OpenAsync();

        Assert.Equal(new string('x', 3_000_000), await secured.DoAsync("select repeat('x', 3000000)"));
        Assert.Equal(1, await plain.DoAsync("select 1"));
    }

    [Fact]
    public async Task Garbage_gets_an_answer_and_harms_nobody()
    {
        await using var cluster = await servers.RouteAsync();
        await using var client = await cluster.OpenAsync();
        using var caller = await Caller.ConnectAsync(cluster.Writes);

        await caller.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        Assert.Contains("C08P01\0", Encoding.UTF8.GetString(await caller.ReadAsync(60)), StringComparison.Ordinal);
        Assert.Equal(1, await client.DoAsync("select 1"));
    }

    [Fact]
    public async Task A_client_that_dallies_before_its_log_in_is_dropped()
    {
        await using var cluster = await servers.RouteAsync(change: options => options with { StartupLimit = TimeSpan.FromSeconds(2) });
        await using var client = await cluster.OpenAsync();
        using var caller = await Caller.ConnectAsync(cluster.Writes);

        await caller.SendAsync(new byte[] { 0, 0, 0 });

        Assert.True(await caller.IsBrokenAtTheEndAsync());
        Assert.Equal(1, await client.DoAsync("select 1"));
    }

    [Fact]
    public async Task Without_a_primary_a_client_is_told_why_once_it_has_waited()
    {
        await using var cluster = await servers.RouteAsync(change: options => options with { HoldLimit = TimeSpan.FromMilliseconds(100) });
        cluster.Store.Delete(cluster.Keys.Leader);
        await Until.TrueAsync(() => cluster.Status.Primary is null);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => cluster.OpenAsync("Include Error Detail=true"));

        Assert.Equal(("57P03", "nobody holds the lease"), (refusal.SqlState, refusal.Detail));
    }
}
