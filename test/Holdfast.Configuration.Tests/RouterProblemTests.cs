using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class RouterProblemTests
{
    private const string Head = "scope: demo\netcd3: {host: a}\n";

    private const string MySql = """
        scope: demo
        name: a
        restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008'}
        raft: {self_addr: '127.0.0.1:2380'}
        mysql: {listen: '10.0.0.1:3307', connect_address: '10.0.0.1:3307', data_dir: data, group: {local_address: '10.0.0.2:33062'}, authentication: {superuser: {username: a, password: b}, replication: {username: c, password: d}}}

        """;

    [Theory]
    [InlineData("mode: tpc", "router.mode: 'tpc' is not one of tcp, session; did you mean 'tcp'?")]
    [InlineData("threads: 65", "router.threads: '65' is not a whole number from 1 to 64")]
    [InlineData("max_connections: 0", "router.max_connections: '0' is not a whole number from 1 to 1000000")]
    [InlineData("max_held: -1", "router.max_held: '-1' is not a whole number from 0 to 1000000")]
    [InlineData("check_interval: 0", "router.check_interval: '0' is not a number of seconds from 0.1 to 60")]
    [InlineData("hold_timeout: 3601", "router.hold_timeout: '3601' is not a number of seconds from 0 to 3600")]
    [InlineData("connect_timeout: soon", "router.connect_timeout: 'soon' is not a number of seconds from 0.1 to 300")]
    [InlineData("read_only: 'a:b:'", "router.read_only: 'a:b:' is not addresses to listen on such as ")]
    [InlineData("accept_proxy: [10.0.0.0/40]", "router.accept_proxy: '10.0.0.0/40' is not a network such as 10.0.0.0/8, nor an address such as 10.0.0.1")]
    [InlineData("accept_proxy: 10.0.0.1", "router.accept_proxy: '10.0.0.1' is not a list of texts")]
    [InlineData("send_proxy: v2", "router.send_proxy: 'v2' is not true or false")]
    [InlineData("holdtimeout: 1", "router.holdtimeout: is not a known key; did you mean 'hold_timeout'?")]
    [InlineData("read_only: a, reads: {balnce: round_robin}", "router.reads.balnce: is not a known key; did you mean 'balance'?")]
    [InlineData("read_only: a, reads: {balance: random}", "router.reads.balance: 'random' is not one of least_connections, round_robin")]
    [InlineData("read_only: a, reads: {max_lag: -1}", "router.reads.max_lag: '-1' is not a number of bytes from 0 to ")]
    [InlineData("breaker: {failures: 0}", "router.breaker.failures: '0' is not a whole number from 1 to 1000")]
    [InlineData("breaker: {open_for: 60}", "router.breaker.open_for: open_for is longer than max_open_for")]
    [InlineData("breaker: {open_for: 5, max_open_for: 2}", "router.breaker.max_open_for: open_for is longer than max_open_for")]
    [InlineData("breaker: {latency_factor: 1}", "router.breaker.latency_factor: 1 would call every second member an outlier; write 2 to 1000")]
    [InlineData("mode: session, tls: {keyfile: a}", "router.tls.certfile: is missing; write for example 'certfile: /etc/holdfast/router.pem'")]
    [InlineData("mode: session, tls: {certfile: a, verify_client: required}", "router.tls.verify_client: needs cafile")]
    [InlineData("mode: session, tls: {certfile: a, verify_client: optional}", "router.tls.verify_client: 'optional' is not one of none, required")]
    [InlineData("mode: session, server_tls: {mode: verify-fll}", "router.server_tls.mode: 'verify-fll' is not one of disable, prefer, require, verify-ca, verify-full; did you mean 'verify-full'?")]
    [InlineData("mode: session, server_tls: {mode: verify-ca}", "router.server_tls.mode: needs cafile")]
    [InlineData("mode: session, server_tls: {cafile: a}", "router.server_tls.cafile: is not looked at in this mode; write 'mode: verify-full'")]
    [InlineData("mode: session, server_tls: {certfile: a}", "router.server_tls.certfile: needs tls.verify_client: required")]
    [InlineData("mode: session, auth_query: 'select $1'", "router.auth_query: has nobody who asks; write auth_user as well")]
    [InlineData("mode: session, auth_password: a", "router.auth_password: has nobody who asks; write auth_user as well")]
    [InlineData("mode: session, auth_user: a, auth_query: 'select 1'", "router.auth_query: has no $1, which stands for the user")]
    [InlineData("mode: session, custom_settings: [app.user id]", "router.custom_settings: 'app.user id' is not the name of a setting such as app.user_id")]
    public void A_mistake_in_the_router_is_named_with_what_would_be_right(string keys, string expected)
    {
        var problem = Assert.Single(Parse($"{Head}router: {{read_write: '127.0.0.1:5000', {keys}}}").Problems);

        Assert.StartsWith(expected, $"{problem.Path}: {problem.Message}", StringComparison.Ordinal);
        Assert.Equal((ProblemSeverity.Error, Configurations.File, 3), (problem.Severity, problem.File, problem.Line));
    }

    [Theory]
    [InlineData("switchover_budget: 5", "switchover_budget")]
    [InlineData("tls: {certfile: a}", "tls")]
    [InlineData("server_tls: {mode: require}", "server_tls")]
    [InlineData("userlist: /a", "userlist")]
    [InlineData("auth_query: a", "auth_query")]
    [InlineData("auth_user: a", "auth_user")]
    [InlineData("auth_password: a", "auth_password")]
    [InlineData("custom_settings: [a.b]", "custom_settings")]
    public void What_only_mode_session_knows_is_refused_in_mode_tcp(string keys, string key)
    {
        var problem = Assert.Single(Parse($"{Head}router: {{read_write: '127.0.0.1:5000', {keys}}}").Problems);

        Assert.Equal($"router.{key}", problem.Path);
        Assert.StartsWith("belongs to mode session", problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_an_address_for_the_primary_there_is_no_cluster()
    {
        var one = Assert.Single(Parse($"{Head}router: {{read_only: '127.0.0.1:5001'}}").Problems);
        var named = Assert.Single(Parse($"{Head}router: {{clusters: {{demo: }}}}").Problems);

        Assert.Equal("router.read_write: is missing; write for example 'read_write: 10.0.0.1:5000'", $"{one.Path}: {one.Message}");
        Assert.Equal("router.clusters.demo.read_write", named.Path);
    }

    [Theory]
    [InlineData("etcd3: {host: a}\nscope: demo", "router: is missing")]
    [InlineData("scope: demo\nrouter: {read_write: '*:5000'}", "raft: no store is configured")]
    [InlineData("etcd3: {host: a}\nrouter: {read_write: '*:5000'}", "scope: is missing")]
    [InlineData("scope: demo\nraft: {password: a}\nrouter: {read_write: '*:5000'}", "raft.partner_addrs: is missing")]
    [InlineData("etcd3: {host: a}\nrouter: {clusters: {}}", "router.clusters: names no cluster")]
    [InlineData("etcd3: {host: a}\nrouter: {clusters: [demo]}", "router.clusters: a list is not a section")]
    [InlineData("etcd3: {host: a}\nrouter: {clusters: {'a b': {read_write: '*:5000'}}}", "router.clusters.a b: 'a b' is not a name")]
    [InlineData("etcd3: {host: a}\nscope: demo\nrouter: 5000", "router: '5000' is not a section")]
    public void What_a_router_cannot_do_without_is_asked_for(string file, string expected)
    {
        var problem = Assert.Single(Parse(file).Problems);

        Assert.StartsWith(expected, $"{problem.Path}: {problem.Message}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("router: {read_write: '*:5000', read_only: '127.0.0.1:5000'}", "router.read_only: 127.0.0.1:5000 is taken by router.read_write already")]
    [InlineData("router: {read_write: '127.0.0.1:8009'}", "router.read_write: 127.0.0.1:8009 is taken by router.api already")]
    [InlineData("router: {read_write: '127.0.0.1,10.0.0.1:8008'}\nrestapi: {listen: '10.0.0.1:8008'}", "router.read_write: 127.0.0.1,10.0.0.1:8008 is taken by restapi.listen already")]
    [InlineData("router: {read_write: '*:5432'}\npostgresql: {listen: '10.0.0.1:5432'}", "router.read_write: *:5432 is taken by postgresql.listen already")]
    [InlineData("router: {clusters: {a: {read_write: '*:5000'}, b: {read_write: '*:5000'}}}", "router.clusters.b.read_write: *:5000 is taken by router.clusters.a.read_write already")]
    public void A_port_is_given_away_once(string sections, string expected)
    {
        var problem = Assert.Single(Parse(Head + sections).Problems);

        Assert.StartsWith(expected, $"{problem.Path}: {problem.Message}", StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_port_of_two_addresses_is_two_ports() =>
        Assert.Empty(Parse($"{Head}router: {{read_write: '127.0.0.1:5000', read_only: '127.0.0.2:5000'}}").Problems);

    [Fact]
    public void An_agent_keeps_its_router_away_from_the_embedded_stores_port_and_has_no_use_for_the_routers_api()
    {
        var taken = Configurations.Parse(Configurations.Smallest + "router: {read_write: '*:2380'}");
        var api = Configurations.Parse(Configurations.Smallest + "router: {read_write: '*:8009'}");

        Assert.Contains("taken by raft.bind_addr", Assert.Single(taken.Problems).Message, StringComparison.Ordinal);
        Assert.Empty(api.Problems);
    }

    [Theory]
    [InlineData("read_write: '*:3307'", "router.read_write: *:3307 is taken by mysql.listen already")]
    [InlineData("read_write: '*:5000', read_only: '10.0.0.1:3307'", "router.read_only: 10.0.0.1:3307 is taken by mysql.listen already")]
    [InlineData("read_write: '*:33062'", "router.read_write: *:33062 is taken by mysql.group.local_address already")]
    [InlineData("read_write: '10.0.0.2:33062'", "router.read_write: 10.0.0.2:33062 is taken by mysql.group.local_address already")]
    public void An_agent_keeps_its_router_away_from_the_ports_of_MySQL_and_of_its_group(string ports, string expected)
    {
        var problem = Assert.Single(Configurations.Parse($"{MySql}router: {{{ports}}}").Problems);

        Assert.StartsWith(expected, $"{problem.Path}: {problem.Message}", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("10.0.0.2:3307")]
    [InlineData("10.0.0.1:33062")]
    [InlineData("*:3306")]
    [InlineData("*:33061")]
    public void A_router_may_have_the_port_of_another_address_and_the_usual_ports_when_MySQL_has_others(string address) =>
        Assert.Empty(Configurations.Parse($"{MySql}router: {{read_write: '{address}'}}").Problems);

    [Fact]
    public void A_router_is_kept_away_from_the_group_s_usual_port_when_none_is_named() =>
        Assert.Contains(
            "taken by mysql.group.local_address already",
            Assert.Single(Configurations.Parse($"{MySql.Replace(", group: {local_address: '10.0.0.2:33062'}", "", StringComparison.Ordinal)}router: {{read_write: '*:33061'}}").Problems).Message,
            StringComparison.Ordinal);

    [Fact]
    public void Settings_of_one_cluster_do_not_stand_beside_several()
    {
        var problems = Parse($"{Head}router: {{mode: session, hold_timeout: 5, tls: {{certfile: a}}, clusters: {{a: {{read_write: '*:5000'}}}}}}").Problems;

        Assert.Equal(["router.mode", "router.hold_timeout", "router.tls"], problems.Select(problem => problem.Path));
        Assert.All(problems, problem => Assert.StartsWith("is a setting of one cluster", problem.Message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("reads: {zone: a}", "has no effect without read_only")]
    [InlineData("mode: session, tls: {certfile: a, cafile: b}", "has no effect without verify_client: required")]
    public void What_does_nothing_is_warned_of(string keys, string expected)
    {
        var problem = Assert.Single(Parse($"{Head}router: {{read_write: '127.0.0.1:5000', {keys}}}").Problems);

        Assert.Equal(ProblemSeverity.Warning, problem.Severity);
        Assert.StartsWith(expected, problem.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_misspelt_mode_is_the_only_problem_of_the_keys_below_it() =>
        Assert.Equal("router.mode", Assert.Single(Parse($"{Head}router: {{read_write: '*:5000', mode: sesion, userlist: /a}}").Problems).Path);

    [Fact]
    public void A_routers_password_is_never_named_in_a_problem()
    {
        var problem = Assert.Single(Parse($"{Head}router: {{read_write: '*:5000', mode: session, auth_user: a, auth_password: [hunter2]}}").Problems);

        Assert.DoesNotContain("hunter2", problem.ToString(), StringComparison.Ordinal);
    }

    private static ConfigurationResult Parse(string yaml) => Configurations.Parse(yaml, ConfigurationPurpose.Router);
}
