using Holdfast.Conformance;
using Holdfast.Router.Sessions;
using Holdfast.Router.Sessions.Login;
using Holdfast.Router.Tests.Routing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Holdfast.Router.Tests.Sessions;

/// <summary>
/// Two servers that stand for a cluster's two members: they know the same users by the same secrets, and nothing else of each other is
/// needed to move a session.
/// </summary>
public sealed class TwoServers : IAsyncLifetime
{
    private PostgreSqlServer? alpha;
    private PostgreSqlServer? beta;

    /// <summary>Asks as a superuser for users' secrets, and remembers none of another pair of servers.</summary>
    internal static ISecretSource Query => Secrets(
        [], new("select usename, passwd from pg_shadow where usename = $1", "postgres", PostgreSqlServer.Password));

    internal PostgreSqlServer Alpha => alpha ?? throw new InvalidOperationException("not started");

    internal PostgreSqlServer Beta => beta ?? throw new InvalidOperationException("not started");

    public async ValueTask InitializeAsync()
    {
        alpha = await PostgreSqlServer.StartAsync(null);
        var secret = (string?)await alpha.DoAsync("select passwd from pg_shadow where usename = 'anna'");
        beta = await PostgreSqlServer.StartAsync(secret);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { alpha, beta })
        {
            if (server is not null)
            {
                await server.DisposeAsync();
            }
        }
    }

    internal static ISecretSource Secrets(Dictionary<string, string> listed, SecretQuery? query) =>
        new UserSecrets(listed, query, TimeProvider.System, NullLogger.Instance);

    /// <summary>A router in mode session whose primary is alpha.</summary>
    internal async Task<RoutedCluster> RouteAsync(
        Func<SessionOptions, SessionOptions>? sessions = null, Func<RouterClusterOptions, RouterClusterOptions>? change = null)
    {
        var options = new SessionOptions { Secrets = Query, SwitchoverBudget = TimeSpan.FromMinutes(1), MemberTlsMode = MemberTlsMode.Prefer };
        var cluster = new RoutedCluster(routed =>
        {
            var with = routed with { Sessions = sessions is null ? options : sessions(options) };
            return change is null ? with : change(with);
        });
        cluster.Lead("alpha");
        cluster.Report("alpha", Alpha.Address, "primary");
        cluster.Report("beta", Beta.Address, "replica");
        await Until.TrueAsync(() => cluster.Status.Primary == "alpha");
        return cluster;
    }

    /// <summary>Alpha asks the routers to pause their clients, as its agent does for a switchover.</summary>
    internal void AskToPause(RoutedCluster cluster) => cluster.Report("alpha", Alpha.Address, "primary", ",\"drains_for\":77");

    internal static bool HasPaused(RoutedCluster cluster) =>
        cluster.Store.Value(cluster.Keys.Router("router-1"))?.Contains("\"drained_for\":77", StringComparison.Ordinal) is true;

    internal void HandOver(RoutedCluster cluster)
    {
        cluster.Lead("beta");
        cluster.Report("alpha", Alpha.Address, "replica");
        cluster.Report("beta", Beta.Address, "primary");
    }

    internal async Task SwitchOverAsync(RoutedCluster cluster)
    {
        AskToPause(cluster);
        await Until.TrueAsync(() => HasPaused(cluster));
        HandOver(cluster);
        await Until.TrueAsync(() => cluster.Status.Primary == "beta");
    }
}

/// <summary>A client's connection through the router, by a driver that knows nothing of it.</summary>
internal static class SessionVocabulary
{
    public static async Task AssertCancelledAsync(Task statement)
    {
        var cancelled = await Assert.ThrowsAsync<OperationCanceledException>(() => statement);
        Assert.Equal("57014", (cancelled.InnerException as PostgresException)?.SqlState);
    }

    extension(RoutedCluster cluster)
    {
        public async Task<NpgsqlConnection> OpenAsync(string more = "", string user = "anna")
        {
            var connection = new NpgsqlConnection(
                $"Host=127.0.0.1;Port={cluster.Writes.Port};Username={user};Password={PostgreSqlServer.Password};Database=postgres;Pooling=false;Timeout=60;"
                + $"Command Timeout=120;{(more.Contains("SSL", StringComparison.Ordinal) ? "" : "SSL Mode=Disable;")}{more}");
            await connection.OpenAsync(TestContext.Current.CancellationToken);
            return connection;
        }
    }

    extension(NpgsqlConnection connection)
    {
        public async Task<object?> DoAsync(string sql)
        {
#pragma warning disable CA2100 // The tests' own statements.
            await using var command = new NpgsqlCommand(sql, connection);
#pragma warning restore CA2100
            return await command.ExecuteScalarAsync(TestContext.Current.CancellationToken);
        }

        public async Task<int> PortAsync() => await connection.DoAsync("select inet_server_port()") is int port ? port : 0;

        /// <summary>The SQLSTATE that the next statement is answered with.</summary>
        public async Task<string> FailureAsync(string sql) =>
            (await Assert.ThrowsAsync<PostgresException>(() => connection.DoAsync(sql))).SqlState;
    }
}
