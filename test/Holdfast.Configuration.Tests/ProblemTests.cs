using System.Text.RegularExpressions;
using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class ProblemTests
{
    [Theory]
    [InlineData("watchdog: {moed: off}", "watchdog.moed: is not a known key; did you mean 'mode'?")]
    [InlineData("postgres: {}", "postgres: is not a known key")]
    [InlineData("lgo: {}", "lgo: is not a known key; did you mean 'log'?")]
    [InlineData("watchdog: {mode: requird}", "watchdog.mode: 'requird' is not one of off, automatic, required, false; did you mean 'required'?")]
    [InlineData("watchdog: {safety_margin: lots}", "watchdog.safety_margin: 'lots' is not a number of seconds from -1 to 3600")]
    [InlineData("watchdog: [off]", "watchdog: a list is not a section: lines of 'key: value' below it")]
    [InlineData("guard: maybe", "guard: 'maybe' is not true or false")]
    [InlineData("log: {level: LOUD}", "log.level: 'LOUD' is not one of DEBUG, INFO, WARNING, WARN, ERROR, CRITICAL, FATAL")]
    [InlineData("log: {mode: rw}", "log.mode: 'rw' is not file rights such as 0644")]
    [InlineData("ctl: {authentication: {username: a}}", "ctl.authentication: needs both username and password")]
    [InlineData("bootstrap: {initdb: [[a]]}", "bootstrap.initdb: a list is not a list of options: '- name' or '- name: value'")]
    [InlineData("bootstrap: {pg_hba: local all all trust}", "bootstrap.pg_hba: 'local all all trust' is not a list of texts")]
    [InlineData("bootstrap: {method: clone}", "bootstrap.clone.command: is missing; write for example 'command: /usr/local/bin/restore.sh'")]
    [InlineData("mongodb: {a: b}", "mongodb: this engine is not yet supported; supported are 'postgresql' and 'mysql'")]
    [InlineData("tags: {failover_priority: high}", "tags.failover_priority: 'high' is not a whole number from -2147483648 to 2147483647")]
    public void A_mistake_is_named_with_what_would_be_right(string line, string expected)
    {
        var result = Configurations.Parse(Configurations.Smallest + line);

        var problem = Assert.Single(result.Problems);
        Assert.StartsWith(expected, $"{problem.Path}: {problem.Message}", StringComparison.Ordinal);
        Assert.Equal(ProblemSeverity.Error, problem.Severity);
        Assert.Equal((Configurations.File, 6), (problem.File, problem.Line));
        Assert.True(problem.Column > 0);
        Assert.Null(result.Configuration);
    }

    [Theory]
    [InlineData("zookeeper: {hosts: a}")]
    [InlineData("exhibitor: {hosts: a}")]
    public void A_store_that_is_not_supported_yet_is_an_error_for_an_agent_and_none_for_a_command_line(string line)
    {
        var ofAgent = Configurations.Parse(Configurations.Smallest + line);
        var ofCommandLine = Configurations.Parse(Configurations.Smallest + line, ConfigurationPurpose.CommandLine);

        Assert.Contains("supported: raft, etcd3, etcd, consul, kubernetes", Assert.Single(ofAgent.Problems).Message, StringComparison.Ordinal);
        Assert.Empty(ofCommandLine.Problems);
    }

    [Theory]
    [InlineData("etcd3: {hosts: a:1}", "a member coordinates through one store, and raft is one already")]
    [InlineData("etcd: {host: 'a:b:c:'}", "etcd.host")]
    [InlineData("etcd3: {hosts: [a:99999]}", "'a:99999' is not an address such as 10.0.0.1:2379")]
    [InlineData("etcd3: {url: ftp://a}", "not a URL such as http://10.0.0.1:2379")]
    [InlineData("etcd3: {srv: 'not a domain'}", "'not a domain' is not a domain such as example.org")]
    [InlineData("etcd3: {srv: example.org, srv_suffix: a.b}", "'a.b' cannot be a part of a name in DNS")]
    [InlineData("etcd3: {host: a, srv_suffix: b}", "has no domain; write srv: example.org as well")]
    [InlineData("etcd3: {username: u, password: p}", "etcd3.hosts")]
    [InlineData("etcd3: {host: a, username: u}", "needs the other one as well")]
    [InlineData("etcd3: {host: a, hots: b}", "etcd3.hots")]
    [InlineData("etcd3: {hosts: 'ftp://u:hidden@a:1'}", "'...@a:1' is not an address such as 10.0.0.1:2379")]
    [InlineData("consul: {host: a}", "a member coordinates through one store, and raft is one already")]
    [InlineData("consul: {token: a}", "consul.hosts: is missing")]
    [InlineData("consul: {host: a, scheme: ftp}", "consul.scheme: 'ftp' is not one of http, https")]
    [InlineData("consul: {host: a, port: 99999}", "consul.port")]
    [InlineData("kubernetes: {}", "a member coordinates through one store, and raft is one already")]
    [InlineData("kubernetes: {use_endpoints: true}", "kubernetes.pod_ip: is missing")]
    [InlineData("kubernetes: {pod_ip: a}", "'a' is not an IP address")]
    [InlineData("kubernetes: {ports: 5432}", "kubernetes.ports: '5432' is not a list such as [{name: postgresql, port: 5432}]")]
    [InlineData("kubernetes: {ports: [{name: a}]}", "kubernetes.ports[0].port: is missing")]
    [InlineData("kubernetes: {ports: [{port: 1, nme: a}]}", "kubernetes.ports[0].nme: is not a known key; did you mean 'name'?")]
    [InlineData("kubernetes: {labels: {role: a}}", "'role' is set by the member itself")]
    [InlineData("kubernetes: {retriable_http_codes: [200]}", "'200' is not the status of an HTTP error")]
    [InlineData("kubernetes: {labelz: {a: b}}", "did you mean 'labels'?")]
    public void What_is_wrong_with_a_store_is_said_with_its_place(string line, string words) =>
        Assert.Contains(
            Configurations.Parse(Configurations.Smallest + line).Problems,
            problem => problem.ToString().Contains(words, StringComparison.Ordinal));

    [Fact]
    public void Everything_wrong_is_reported_at_once_in_the_order_of_the_file()
    {
        var problems = Configurations.Parse(
            """
            scope: 'a b'
            restapi:
              listen: nowhere:at:all
              connect_address: 0.0.0.0:8008
              verify_client: required
            raft:
              self_addr: '*:2380'
              partner_addrs: ['10.0.0.1:99999']
            postgresql:
              listen: 127.0.0.1:5432
              use_slots: sometimes
              create_replica_methods: [barman]
            """).Problems;

        Assert.Equal(
            [
                "1 name", "1 scope", "3 restapi.listen", "4 restapi.connect_address", "5 restapi.verify_client", "7 raft.self_addr",
                "8 raft.partner_addrs", "10 postgresql.data_dir", "10 postgresql.connect_address", "11 postgresql.use_slots", "12 postgresql.create_replica_methods",
            ],
            problems.Select(problem => $"{problem.Line} {problem.Path}"));
    }

    [Fact]
    public void A_problem_is_one_line_that_an_editor_can_jump_to() =>
        Assert.Equal(
            "node.yml:6:8: error: guard: 'maybe' is not true or false",
            Configurations.Parse(Configurations.Smallest + "guard: maybe").Problems.Single().ToString());

    [Fact]
    public void Text_that_is_no_yaml_is_one_problem_with_its_place()
    {
        var problem = Assert.Single(Configurations.Parse("scope: demo\nname: [a\n").Problems);

        Assert.StartsWith("this is no YAML: ", problem.Message, StringComparison.Ordinal);
        Assert.True(problem.Line >= 2);
        Assert.Contains("mapping", Assert.Single(Configurations.Parse("- a\n").Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_that_is_written_twice_is_a_problem() =>
        Assert.Equal(7, Assert.Single(Configurations.Parse(Configurations.Smallest + "guard: on\nguard: off\n").Problems).Line);

    [Fact]
    public void A_file_that_is_not_there_is_a_problem_and_no_exception()
    {
        var result = ConfigurationLoader.Load("/no/such/file.yml", new Dictionary<string, string>(), ConfigurationPurpose.Agent);

        Assert.StartsWith("the file cannot be read: ", Assert.Single(result.Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_variable_is_named_and_a_mistyped_one_of_ours_is_guessed()
    {
        var wrong = Assert.Single(Configurations.Parse(Configurations.Smallest, ("PATRONI_RESTAPI_LISTEN", "a:b")).Problems);
        var mistyped = Assert.Single(Configurations.Parse(Configurations.Smallest, ("HOLDFAST_GAURD", "off")).Problems);

        Assert.Equal(("$PATRONI_RESTAPI_LISTEN", "restapi.listen"), (wrong.File, wrong.Path));
        Assert.Equal("$HOLDFAST_GAURD: warning: is not a known variable; did you mean HOLDFAST_GUARD?", mistyped.ToString());
    }

    [Fact]
    public void A_secret_is_never_shown()
    {
        var result = Configurations.Parse(
            """
            scope: demo
            name: a
            restapi: {listen: '127.0.0.1:8008', connect_address: '127.0.0.1:8008', authentication: hunter2, keyfile_password: [hunter2]}
            raft: {self_addr: '127.0.0.1:2380', password: {hunter2: hunter2}}
            postgresql: {listen: '127.0.0.1:5432', connect_address: '127.0.0.1:5432', data_dir: data, authentication: {superuser: hunter2}}
            """,
            ("PATRONI_CTL_USERNAME", "u"));
        var valid = Configurations.Valid(Configurations.Smallest, ("PATRONI_RESTAPI_USERNAME", "u"), ("PATRONI_RESTAPI_PASSWORD", "hunter2"), ("PATRONI_RAFT_PASSWORD", "hunter2"), ("PATRONI_SUPERUSER_PASSWORD", "hunter2"));

        Assert.True(result.Problems.Length >= 5);
        Assert.DoesNotContain(result.Problems, problem => problem.ToString().Contains("hunter2", StringComparison.Ordinal));
        Assert.DoesNotContain("hunter2", valid.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void What_Patroni_has_and_means_nothing_here_is_a_warning()
    {
        var problem = Assert.Single(Configurations.Parse(Configurations.Smallest + "thread_pool_size: 5").Problems);

        Assert.Equal(ProblemSeverity.Warning, problem.Severity);
        Assert.Matches(new Regex("^has no effect: "), problem.Message);
    }

    [Fact]
    public void Bootstrap_settings_that_will_be_lowered_or_are_unknown_are_warned_of()
    {
        var result = Configurations.Parse(Configurations.Smallest + "bootstrap: {dcs: {ttl: 20, loop_wiat: 5}}");

        Assert.Equal(["bootstrap.dcs", "bootstrap.dcs.loop_wiat"], result.Problems.Select(problem => problem.Path).Order());
        Assert.NotNull(result.Configuration);
    }
}
