using System.Net;
using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class RouterReadingTests
{
    private const string Store = "etcd3: {hosts: ['127.0.0.1:2379']}\n";

    private const string Smallest = "scope: demo\n" + Store + "router: {read_write: '127.0.0.1:5000'}\n";

    private const string Everything = Store + """
        namespace: /db/
        router:
          api: 127.0.0.1:8019
          threads: 2
          max_connections: 500
          check_interval: 0.5
          stop_timeout: 1min
          clusters:
            shop:
              mode: session
              read_write: '*:6000'
              read_only: '[::1]:6001'
              hold_timeout: 20
              max_held: 10
              max_connections: 100
              connect_timeout: 250ms
              idle_timeout: 1h
              startup_timeout: 5
              accept_proxy: [10.0.0.0/8, 'fd00::1']
              send_proxy: true
              reads: {balance: round_robin, max_lag: 1MB, max_lag_seconds: 5, fallback: none, zone: a, slow_start: 0}
              breaker: {failures: 5, open_for: 2, max_open_for: 8, latency_factor: 4}
              switchover_budget: 3
              tls: {certfile: /tls/router.pem, keyfile: /tls/router.key, cafile: /tls/clients.pem, verify_client: required}
              server_tls: {mode: verify-full, cafile: /tls/members.pem, certfile: /tls/client.pem, keyfile: /tls/client.key}
              userlist: /etc/holdfast/userlist.txt
              auth_user: asker
              auth_password: a secret
              auth_query: select * from lookup($1)
              custom_settings: [app.user_id, app.tenant]
            files:
              read_write: '*:6002'
        """;

    [Fact]
    public void A_router_needs_a_scope_a_store_and_an_address_for_the_primary_and_has_a_default_for_all_else()
    {
        var configuration = Valid(Smallest);
        var router = configuration.Router!;
        var cluster = Assert.Single(router.Clusters);

        Assert.Equal(("demo", "127.0.0.1:5000", null), (cluster.Scope, cluster.ReadWrite.ToString(), cluster.ReadOnly));
        Assert.Equal(("127.0.0.1:8009", null, 20_000), (router.Api.ToString(), router.Threads, router.ConnectionsMax));
        Assert.Equal((Seconds(1), Seconds(5)), (router.CheckInterval, router.StopTimeout));
        Assert.Equal((RouterMode.Tcp, 1000, 20_000, false), (cluster.Mode, cluster.HeldMax, cluster.ConnectionsMax, cluster.SendsProxy));
        Assert.Equal((Seconds(10), Seconds(3), null, Seconds(10)), (cluster.HoldTimeout, cluster.ConnectTimeout, cluster.IdleTimeout, cluster.StartupTimeout));
        Assert.Equal((new RouterReadsConfiguration(), new RouterBreakerConfiguration(), null), (cluster.Reads, cluster.Breaker, cluster.Session));
        Assert.Equal((16L * 1024 * 1024, Seconds(30), RouterReadFallback.Primary), (cluster.Reads.LagBytesMax, cluster.Reads.LagTimeMax, cluster.Reads.Fallback));
        Assert.Equal((3, Seconds(1), Seconds(30), null), (cluster.Breaker.Failures, cluster.Breaker.OpenFor, cluster.Breaker.OpenForMax, cluster.Breaker.LatencyFactor));
        Assert.Equal(("", null, null), (configuration.Name, configuration.RestApi, configuration.PostgreSql));
    }

    [Fact]
    public void Every_key_of_the_router_is_read()
    {
        var router = Valid(Everything).Router!;
        var shop = router.Clusters[0];

        Assert.Equal(("127.0.0.1:8019", 2, 500), (router.Api.ToString(), router.Threads, router.ConnectionsMax));
        Assert.Equal((Seconds(0.5), Seconds(60)), (router.CheckInterval, router.StopTimeout));
        Assert.Equal(("shop", RouterMode.Session, "*:6000", "[::1]:6001"), (shop.Scope, shop.Mode, shop.ReadWrite.ToString(), shop.ReadOnly!.ToString()));
        Assert.Equal((Seconds(20), 10, 100), (shop.HoldTimeout, shop.HeldMax, shop.ConnectionsMax));
        Assert.Equal((Seconds(0.25), Seconds(3600), Seconds(5)), (shop.ConnectTimeout, shop.IdleTimeout, shop.StartupTimeout));
        Assert.Equal([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("fd00::1/128")], shop.AcceptsProxyFrom);
        Assert.True(shop.SendsProxy);
        Assert.Equal(
            new()
            {
                Balance = RouterBalance.RoundRobin,
                LagBytesMax = 1024 * 1024,
                LagTimeMax = Seconds(5),
                Fallback = RouterReadFallback.None,
                Zone = "a",
                SlowStart = TimeSpan.Zero,
            },
            shop.Reads);
        Assert.Equal(new() { Failures = 5, OpenFor = Seconds(2), OpenForMax = Seconds(8), LatencyFactor = 4 }, shop.Breaker);
    }

    [Fact]
    public void Every_key_of_mode_session_is_read()
    {
        var session = Valid(Everything).Router!.Clusters[0].Session!;

        Assert.Equal((Seconds(3), "/etc/holdfast/userlist.txt"), (session.SwitchoverBudget, session.UserListFile));
        Assert.Equal(
            new() { CertFile = "/tls/router.pem", KeyFile = "/tls/router.key", CaFile = "/tls/clients.pem", RequiresClientCertificate = true },
            session.Tls);
        Assert.Equal(
            new() { Mode = RouterServerTlsMode.VerifyFull, CaFile = "/tls/members.pem", CertFile = "/tls/client.pem", KeyFile = "/tls/client.key" },
            session.ServerTls);
        Assert.Equal(new("select * from lookup($1)", "asker", "a secret"), session.AuthQuery);
        Assert.Equal(["app.user_id", "app.tenant"], session.CustomSettings);
    }

    [Fact]
    public void Mode_session_without_anything_else_offers_no_tls_prefers_it_towards_members_and_asks_nobody_for_secrets()
    {
        var session = Valid(Smallest.Replace("{read", "{mode: session, read", StringComparison.Ordinal)).Router!.Clusters[0].Session!;

        Assert.Equal((Seconds(5), null, RouterServerTlsMode.Prefer), (session.SwitchoverBudget, session.Tls, session.ServerTls.Mode));
        Assert.Equal((null, null), (session.UserListFile, session.AuthQuery));
    }

    [Fact]
    public void A_user_who_asks_for_secrets_asks_PostgreSQLs_own_table_unless_the_file_says_otherwise()
    {
        var session = Valid(Smallest.Replace("{read", "{mode: session, auth_user: asker, read", StringComparison.Ordinal)).Router!.Clusters[0].Session!;

        Assert.Equal(new("select usename, passwd from pg_shadow where usename = $1", "asker", null), session.AuthQuery);
    }

    [Fact]
    public void Nought_means_never_any_and_off()
    {
        var cluster = Valid(Smallest.Replace(
            "{read", "{idle_timeout: 0, reads: {max_lag: 0, max_lag_seconds: 0}, breaker: {latency_factor: 0}, read_only: '127.0.0.1:5001', read", StringComparison.Ordinal)).Router!.Clusters[0];

        Assert.Equal((null, null, null, null), (cluster.IdleTimeout, cluster.Reads.LagBytesMax, cluster.Reads.LagTimeMax, cluster.Breaker.LatencyFactor));
    }

    [Fact]
    public void A_cluster_may_take_ten_thousand_of_the_routers_connections_and_the_only_one_all()
    {
        const string Several = Store + "router: {max_connections: MAX, clusters: {a: {read_write: '*:5000'}}}";
        var many = Valid(Several.Replace("MAX", "50000", StringComparison.Ordinal));
        var few = Valid(Several.Replace("MAX", "300", StringComparison.Ordinal));
        var only = Valid(Smallest.Replace("{read", "{max_connections: 50000, read", StringComparison.Ordinal));

        Assert.Equal((10_000, 300, 50_000), (ConnectionsMax(many), ConnectionsMax(few), ConnectionsMax(only)));

        static int ConnectionsMax(HoldfastConfiguration configuration) => configuration.Router!.Clusters[0].ConnectionsMax;
    }

    [Fact]
    public void A_host_alone_listens_on_the_ports_that_are_usual()
    {
        var cluster = Valid(Smallest.Replace("'127.0.0.1:5000'", "127.0.0.1, read_only: localhost", StringComparison.Ordinal)).Router!.Clusters[0];

        Assert.Equal(("127.0.0.1:5000", "localhost:5001"), (cluster.ReadWrite.ToString(), cluster.ReadOnly!.ToString()));
    }

    [Fact]
    public void A_router_is_only_a_client_of_the_embedded_store_and_asks_the_nodes_that_the_file_names()
    {
        var file = Smallest.Replace(Store, "raft: {partner_addrs: ['10.0.0.1:2380', '10.0.0.2:2380']}\n", StringComparison.Ordinal);
        var ofMember = Smallest.Replace(Store, "raft: {self_addr: '10.0.0.1:2380'}\n", StringComparison.Ordinal);

        Assert.Equal([new("10.0.0.1", 2380), new("10.0.0.2", 2380)], Valid(file).Raft!.ClientAddresses);
        Assert.Equal([new("10.0.0.1", 2380)], Valid(ofMember).Raft!.ClientAddresses);
    }

    [Fact]
    public void One_file_serves_an_agent_and_a_router()
    {
        const string File = Configurations.Smallest + "router: {api: '127.0.0.1:8009', read_write: '127.0.0.1:5000'}\n";
        var ofAgent = Configurations.Valid(File);
        var ofRouter = Valid(File);

        Assert.Equal(("demo", "demo"), (ofAgent.Router!.Clusters[0].Scope, ofRouter.Router!.Clusters[0].Scope));
        Assert.Null(Configurations.Valid(Configurations.Smallest).Router);
    }

    [Fact]
    public void A_command_line_has_no_router_and_no_trouble_with_its_mistakes()
    {
        var result = Configurations.Parse("router: {read_wriet: 1}", ConfigurationPurpose.CommandLine);

        Assert.Empty(result.Problems);
        Assert.Null(result.Configuration!.Router);
    }

    [Fact]
    public void A_password_may_come_from_the_environment_and_serves_every_cluster_that_has_none()
    {
        const string Clusters = """
            router:
              clusters:
                a: {mode: session, read_write: '*:5000', auth_user: asker}
                b: {mode: session, read_write: '*:5001', auth_user: asker, auth_password: its own}
                c: {read_write: '*:5002'}
            """;
        var several = Valid(Store + Clusters, ("HOLDFAST_ROUTER_AUTH_PASSWORD", "a secret")).Router!;
        var one = Valid(Smallest, ("PATRONI_ROUTER_MODE", "session"), ("PATRONI_ROUTER_AUTH_USER", "asker"), ("PATRONI_ROUTER_AUTH_PASSWORD", "a secret")).Router!;

        Assert.Equal(["a secret", "its own", null], several.Clusters.Select(cluster => cluster.Session?.AuthQuery?.Password));
        Assert.Equal("a secret", one.Clusters[0].Session!.AuthQuery!.Password);
    }

    [Fact]
    public void A_routers_secret_is_never_shown() =>
        Assert.DoesNotContain("a secret", Valid(Everything).Router!.Clusters[0].ToString(), StringComparison.Ordinal);

    [Fact]
    public void A_file_with_a_router_and_no_database_is_judged_as_a_routers()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, Smallest);
            var router = ConfigurationLoader.LoadForItsOwnPurpose(file, new Dictionary<string, string> { ["PATRONI_SUPERUSER_PASSWORD"] = "p" });
            File.WriteAllText(file, Smallest + "postgresql: {listen: '*:5432'}\n");
            var agent = ConfigurationLoader.LoadForItsOwnPurpose(file, new Dictionary<string, string>());

            Assert.Empty(router.Problems);
            Assert.Contains(agent.Problems, problem => problem.Path == "name");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static TimeSpan Seconds(double seconds) => TimeSpan.FromSeconds(seconds);

    private static HoldfastConfiguration Valid(string yaml, params (string Name, string Value)[] environment)
    {
        var result = Configurations.Parse(yaml, ConfigurationPurpose.Router, environment);
        Assert.Empty(result.Problems);
        return result.Configuration!;
    }
}
