using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class ReadingTests
{
    private const string Everything = """
        scope: demo
        namespace: /db/
        name: node-1
        guard: off
        log: {type: json, level: debug, format: ['message', levelname: level], dir: /var/log/holdfast, file_num: 3, file_size: 1MB, mode: 0640, static_fields: {app: pg}, loggers: {patroni.ha: WARNING}}
        restapi:
          listen: '*:8008'
          connect_address: node-1.example:8008
          authentication: {username: admin, password: 'api secret'}
          certfile: /tls/server.pem
          keyfile: /tls/server.key
          cafile: /tls/ca.pem
          verify_client: optional
          allowlist: [10.0.0.0/8]
          allowlist_include_members: yes
          http_extra_headers: {X-Frame-Options: DENY}
        raft:
          self_addr: '[fd00::1]:2380'
          bind_addr: 0.0.0.0:2380
          partner_addrs: ['[fd00::2]:2380', node-3.example:2380]
          data_dir: /var/lib/holdfast
          password: raft secret
          certfile: /tls/raft.pem
          keyfile: /tls/raft.key
          cafile: /tls/ca.pem
        bootstrap:
          dcs:
            ttl: 30
            loop_wait: 10
            retry_timeout: 10
            postgresql: {use_pg_rewind: true, parameters: {max_connections: 100}}
            slots: {forever: }
          initdb: [encoding: UTF8, data-checksums]
          pg_hba: [host all all 127.0.0.1/32 md5]
          users: {app: {password: 'user secret', options: [createdb]}}
          post_init: /usr/local/bin/setup.sh
          method: restore
          restore: {command: /usr/local/bin/restore.sh, keep_existing_recovery_conf: true, from: s3, recovery_conf: {recovery_target_timeline: latest}}
        postgresql:
          listen: 127.0.0.1,10.0.0.1:5433
          connect_address: 10.0.0.1:5433
          proxy_address: 10.0.0.1:6432
          data_dir: /data/pg
          config_dir: /etc/pg
          bin_dir: /usr/lib/postgresql/15/bin
          pgpass: /tmp/pgpass
          authentication:
            superuser: {username: postgres, password: 'super secret', sslmode: require}
            replication: {username: replicator, password: 'repl secret'}
            rewind: {username: rewinder}
          parameters: {archive_mode: on, work_mem: 64MB, shared_buffers: 128, unix_socket_directories: '.', nothing: }
          pg_hba: [local all all trust]
          pg_ident: [map a b]
          callbacks: {on_start: /bin/true, on_role_change: /usr/local/bin/role.sh}
          create_replica_methods: [wal_g, basebackup]
          wal_g: {command: /usr/local/bin/wal-g.sh, no_leader: 1, threshold: 10}
          basebackup: [max-rate: 100M, verbose]
          use_unix_socket: true
          remove_data_directory_on_rewind_failure: true
          pg_ctl_timeout: 2min
          use_pg_rewind: false
          os_user: postgres
        watchdog: {mode: required, device: /dev/watchdog1, safety_margin: -1, driver: testing}
        ctl: {insecure: true, certfile: /tls/ctl.pem, keyfile: /tls/ctl.key}
        tags: {nofailover: false, failover_priority: 2, zone: '1', rank: 3, clonefrom: 'true', noloadbalance: false, replicatefrom: node-2}
        """;

    [Fact]
    public void Every_key_of_every_section_is_read()
    {
        var configuration = Configurations.Valid(Everything);
        var postgresql = configuration.PostgreSql!;

        Assert.Equal(("demo", "db", "node-1", false), (configuration.Scope, configuration.Namespace, configuration.Name, configuration.UsesGuard));
        Assert.Equal((LogType.Json, "DEBUG", 3, 1024L * 1024, 416), (configuration.Log.Type, configuration.Log.Level, configuration.Log.FileCount, configuration.Log.FileSizeBytes, configuration.Log.FileMode));
        Assert.Equal(["message", "levelname=level"], configuration.Log.Format);
        Assert.Equal("*:8008", configuration.RestApi!.Listen.ToString());
        Assert.Equal(new Credentials("admin", "api secret"), configuration.RestApi.Access.Password);
        Assert.Equal(ClientVerification.Optional, configuration.RestApi.VerifyClient);
        Assert.Equal([new("X-Frame-Options", "DENY")], configuration.RestApi.ExtraHeaders);
        Assert.Equal("[fd00::1]:2380", configuration.Raft!.SelfAddress.ToString());
        Assert.Equal([new("fd00::2", 2380), new("node-3.example", 2380)], configuration.Raft.PartnerAddresses);
        Assert.Equal(["127.0.0.1", "10.0.0.1"], postgresql.Listen.Hosts);
        Assert.Equal([new("archive_mode", "on"), new("work_mem", "64MB"), new("shared_buffers", "128"), new("unix_socket_directories", ".")], postgresql.Parameters);
        Assert.Equal(("postgres", "super secret"), (postgresql.Superuser.Username, postgresql.Superuser.Password));
        Assert.Equal([new("sslmode", "require")], postgresql.Superuser.Options);
        Assert.Equal(("/usr/local/bin/role.sh", TimeSpan.FromMinutes(2), "postgres"), (postgresql.Callbacks.OnRoleChange, postgresql.PgCtlTimeout, postgresql.OsUser));
        Assert.Equal(["wal_g", "basebackup"], postgresql.CreateReplicaMethods.Select(method => method.Name));
        Assert.Equal(("/usr/local/bin/wal-g.sh", true), (postgresql.CreateReplicaMethods[0].Command, postgresql.CreateReplicaMethods[0].WorksWithoutLeader));
        Assert.Equal([new("threshold", "10")], postgresql.CreateReplicaMethods[0].Options);
        Assert.Equal([new("max-rate", "100M"), new("verbose", null)], postgresql.CreateReplicaMethods[1].Options);
        Assert.Equal((WatchdogMode.Required, -1, "testing"), (configuration.Watchdog.Mode, configuration.Watchdog.SafetyMarginSeconds, configuration.Watchdog.Driver));
    }

    [Fact]
    public void The_bootstrap_section_is_kept_as_it_will_be_written()
    {
        var bootstrap = Configurations.Valid(Everything).Bootstrap;

        Assert.Equal(
            """{"ttl":30,"loop_wait":10,"retry_timeout":10,"postgresql":{"use_pg_rewind":true,"parameters":{"max_connections":100}},"slots":{"forever":null},"maximum_lag_on_failover":1048576}""",
            bootstrap.DynamicConfiguration);
        Assert.Equal([new("encoding", "UTF8"), new("data-checksums", null)], bootstrap.InitDb);
        Assert.Equal("/usr/local/bin/setup.sh", bootstrap.PostBootstrap);
        Assert.Equal(("restore", true), (bootstrap.Method!.Name, bootstrap.Method.KeepsRecoveryConf));
        Assert.Equal([new("from", "s3")], bootstrap.Method.Options);
        Assert.Equal("createdb", bootstrap.Users.Single().Options.Single());
    }

    [Fact]
    public void Tags_keep_their_types_and_their_order_and_those_that_say_nothing_are_not_published()
    {
        var tags = Configurations.Valid(Everything).Tags;

        Assert.Equal("""{"nofailover":false,"failover_priority":2,"zone":"1","rank":3,"clonefrom":"true","noloadbalance":false,"replicatefrom":"node-2"}""", tags.Json);
        Assert.Equal("""{"nofailover":false,"failover_priority":2,"zone":"1","rank":3,"clonefrom":"true","replicatefrom":"node-2"}""", tags.PublishedJson);
        Assert.Equal((false, 2, true, "node-2"), (tags.NoFailover, tags.FailoverPriority, tags.CloneFrom, tags.ReplicateFrom));
    }

    [Theory]
    [InlineData("nofailover: true, failover_priority: 1", "Conflicting configuration between nofailover: True and failover_priority: 1. Defaulting to nofailover: True")]
    [InlineData("nofailover: false, failover_priority: 0", "Conflicting configuration between nofailover: False and failover_priority: 0. Defaulting to nofailover: False")]
    [InlineData("nosync: true, sync_priority: 2", "Conflicting configuration between nosync: True and sync_priority: 2. Defaulting to nosync: True")]
    public void Conflicting_tags_are_warned_of_in_Patronis_words(string tags, string words)
    {
        var problem = Assert.Single(Configurations.Parse($"{Configurations.Smallest}tags: {{{tags}}}").Problems);

        Assert.Equal((ProblemSeverity.Warning, words), (problem.Severity, problem.Message));
    }

    [Fact]
    public void Anchors_and_merge_keys_are_understood()
    {
        var configuration = Configurations.Valid(Configurations.Smallest + "watchdog: &dog {mode: off}\ntags:\n  <<: *dog\n  zone: z1");

        Assert.Equal(WatchdogMode.Off, configuration.Watchdog.Mode);
        Assert.Equal("""{"mode":false,"zone":"z1"}""", configuration.Tags.Json);
    }

    [Fact]
    public void The_environment_lies_over_the_file_and_our_prefix_over_Patronis()
    {
        var configuration = Configurations.Valid(
            Configurations.Smallest,
            ("PATRONI_SCOPE", "from-patroni"),
            ("PATRONI_NAME", "from-patroni"),
            ("HOLDFAST_NAME", "from-holdfast"),
            ("HOLDFAST_GUARD", "off"),
            ("PATRONI_RAFT_PARTNER_ADDRS", "'10.0.0.2:2380','10.0.0.3:2380'"),
            ("PATRONI_RESTAPI_USERNAME", "u"),
            ("PATRONI_RESTAPI_PASSWORD", "on"),
            ("PATRONI_RESTAPI_ALLOWLIST", "[10.0.0.0/8]"),
            ("PATRONI_RESTAPI_HTTP_EXTRA_HEADERS", "'X-A': b"),
            ("PATRONI_SUPERUSER_USERNAME", "boss"),
            ("PATRONI_SUPERUSER_SSLMODE", "verify-full"),
            ("PATRONI_POSTGRESQL_DATA_DIR", "/env/data"),
            ("PATRONI_LOGLEVEL", "ERROR"),
            ("PATRONI_LOG_LEVEL", "DEBUG"),
            ("PATRONI_app_PASSWORD", "of a user"));

        Assert.Equal(("from-patroni", "from-holdfast", false), (configuration.Scope, configuration.Name, configuration.UsesGuard));
        Assert.Equal(2, configuration.Raft!.PartnerAddresses.Length);
        Assert.Equal(new HostPort("127.0.0.1", 2380), configuration.Raft.SelfAddress);
        Assert.Equal(new Credentials("u", "on"), configuration.RestApi!.Access.Password);
        Assert.Equal(["10.0.0.0/8"], configuration.RestApi.AllowList);
        Assert.Equal([new("X-A", "b")], configuration.RestApi.ExtraHeaders);
        Assert.Equal("boss", configuration.PostgreSql!.Superuser.Username);
        Assert.Equal("/env/data", configuration.PostgreSql.DataDirectory);
        Assert.Equal("DEBUG", configuration.Log.Level);
    }

    [Fact]
    public void The_environment_alone_is_enough_for_an_agent_and_for_a_command_line()
    {
        var agent = ConfigurationLoader.Load(
            null,
            new Dictionary<string, string>
            {
                ["PATRONI_SCOPE"] = "demo",
                ["PATRONI_NAME"] = "a",
                ["PATRONI_RESTAPI_LISTEN"] = "127.0.0.1:8008",
                ["PATRONI_RESTAPI_CONNECT_ADDRESS"] = "127.0.0.1:8008",
                ["PATRONI_RAFT_SELF_ADDR"] = "127.0.0.1:2380",
                ["PATRONI_POSTGRESQL_LISTEN"] = "127.0.0.1:5432",
                ["PATRONI_POSTGRESQL_CONNECT_ADDRESS"] = "127.0.0.1:5432",
                ["PATRONI_POSTGRESQL_DATA_DIR"] = "data",
            },
            ConfigurationPurpose.Agent);
        var commandLine = ConfigurationLoader.Load(
            null,
            new Dictionary<string, string> { ["PATRONI_SCOPE"] = "demo", ["PATRONI_ETCD3_HOSTS"] = "127.0.0.1:2379", ["PATRONI_CTL_CACERT"] = "/ca.pem" },
            ConfigurationPurpose.CommandLine);

        Assert.Empty(agent.Problems);
        Assert.Equal("data", agent.Configuration!.PostgreSql!.DataDirectory);
        Assert.Empty(commandLine.Problems);
        Assert.Equal(("demo", "/ca.pem"), (commandLine.Configuration!.Scope, commandLine.Configuration.Ctl.CaCert));
    }

    [Fact]
    public void Servers_of_a_store_are_read_from_every_form_that_Patroni_takes()
    {
        const string Raft = "raft: {self_addr: '127.0.0.1:2380'}\n";
        var file = Configurations.Smallest.Replace(Raft, "", StringComparison.Ordinal);

        var urls = Configurations.Parse(file + "etcd3: {hosts: ['https://a:1', 'https://b']}").Configuration!.Etcd!;
        var credentials = Configurations.Parse(file + "etcd: {url: 'http://u:p%40ss@a'}").Configuration!.Etcd!;
        var consul = Configurations.Parse(file + "consul: {host: a, port: 8501, scheme: https, token: t, dc: d, verify: off, checks: [], register_service: true}");

        Assert.True(urls.UsesTls);
        Assert.Equal([new HostPort("a", 1), new HostPort("b", 2379)], urls.Hosts);
        Assert.Equal(("u", "p@ss"), (credentials.Username, credentials.Password));
        Assert.DoesNotContain(consul.Problems, problem => problem.Severity == ProblemSeverity.Error);
        Assert.Equal([new HostPort("a", 8501)], consul.Configuration!.Consul!.Hosts);
        Assert.Equal(("t", "d", true, false), (consul.Configuration.Consul.Token, consul.Configuration.Consul.Datacenter, consul.Configuration.Consul.UsesTls, consul.Configuration.Consul.VerifiesServer));
    }

    [Fact]
    public void A_domain_names_the_servers_of_etcd_and_hosts_may_stand_beside_it()
    {
        const string Raft = "raft: {self_addr: '127.0.0.1:2380'}\n";
        var file = Configurations.Smallest.Replace(Raft, "", StringComparison.Ordinal);
        var alone = Configurations.Parse(file + "etcd3: {srv: example.org., srv_suffix: db}");
        var beside = Configurations.Parse(file + "etcd3: {srv: example.org, hosts: 'a,b'}");
        var stated = ConfigurationLoader.Load(
            null, new Dictionary<string, string> { ["PATRONI_ETCD3_SRV"] = "example.org", ["PATRONI_ETCD3_SRV_SUFFIX"] = "db" }, ConfigurationPurpose.CommandLine);

        Assert.Empty(alone.Problems);
        Assert.Equal(new EtcdDiscoveryConfiguration("example.org", "db"), alone.Configuration!.Etcd!.Discovery);
        Assert.Empty(alone.Configuration.Etcd.Hosts);
        Assert.Empty(beside.Problems);
        Assert.Equal((2, "example.org"), (beside.Configuration!.Etcd!.Hosts.Length, beside.Configuration.Etcd.Discovery?.Domain));
        Assert.Equal("db", stated.Configuration!.Etcd!.Discovery?.Suffix);
    }

    [Fact]
    public void A_section_for_Kubernetes_is_read_as_Patroni_writes_it_from_the_file_or_the_environment()
    {
        var file = Configurations.Smallest.Replace("raft: {self_addr: '127.0.0.1:2380'}\n", "", StringComparison.Ordinal);
        var stated = Configurations.Parse(file + """
            kubernetes:
              namespace: databases
              labels: {application: shop}
              scope_label: cluster
              role_label: part
              leader_label_value: first
              follower_label_value: other
              use_endpoints: true
              pod_ip: 10.0.0.7
              ports: [{name: postgresql, port: 5433}]
              cacert: /ca.pem
              retriable_http_codes: [502]
              bypass_api_service: true
            """);
        var environment = Configurations.Parse(
            file,
            ("PATRONI_KUBERNETES_LABELS", "{application: shop}"),
            ("PATRONI_KUBERNETES_PORTS", """[{"name": "postgresql", "port": 5433}]"""),
            ("PATRONI_KUBERNETES_USE_ENDPOINTS", "true"),
            ("PATRONI_KUBERNETES_POD_IP", "10.0.0.7")).Configuration!.Kubernetes!;

        Assert.DoesNotContain(stated.Problems, problem => problem.Severity == ProblemSeverity.Error);
        var kubernetes = stated.Configuration!.Kubernetes!;
        Assert.Equal(("databases", "cluster", "part", "first", "other"), (kubernetes.Namespace, kubernetes.ScopeLabel, kubernetes.RoleLabel, kubernetes.LeaderLabelValue, kubernetes.FollowerLabelValue));
        Assert.Equal(("10.0.0.7", "/ca.pem", 502), (kubernetes.PodAddress, kubernetes.CaFile, kubernetes.RetriableStatuses.Single()));
        Assert.Equal(new KubernetesPort("postgresql", 5433, "TCP"), kubernetes.Ports.Single());
        Assert.Equal((kubernetes.Ports.Single(), kubernetes.Labels.Single(), true), (environment.Ports.Single(), environment.Labels.Single(), environment.UsesEndpoints));
    }

    [Theory]
    [InlineData("", """{"ttl":24,"loop_wait":8,"retry_timeout":6""")]
    [InlineData("bootstrap: {dcs: {ttl: 3}}", """{"ttl":3,"loop_wait":1,"retry_timeout":1""")]
    public void A_cluster_begun_on_Kubernetes_renews_sparingly_unless_its_times_are_stated(string bootstrap, string times)
    {
        var file = Configurations.Smallest.Replace("raft: {self_addr: '127.0.0.1:2380'}\n", "", StringComparison.Ordinal);

        Assert.StartsWith(times, Configurations.Valid($"{file}kubernetes: {{}}\n{bootstrap}").Bootstrap.DynamicConfiguration, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scope_that_cannot_name_an_object_of_Kubernetes_is_refused()
    {
        var file = Configurations.Smallest.Replace("raft: {self_addr: '127.0.0.1:2380'}\n", "", StringComparison.Ordinal).Replace("scope: demo", "scope: My_Shop", StringComparison.Ordinal);

        Assert.Contains("cannot begin the name of an object in Kubernetes", Assert.Single(Configurations.Parse(file + "kubernetes: {}").Problems).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_files_is_read_in_the_order_of_their_names()
    {
        var directory = Directory.CreateTempSubdirectory("holdfast-test-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(directory, "10.yml"), Configurations.Smallest);
            File.WriteAllText(Path.Combine(directory, "20.yaml"), "name: later\nraft: {data_dir: /raft}\n");
            File.WriteAllText(Path.Combine(directory, "30.txt"), "name: ignored\n");

            var configuration = ConfigurationLoader.Load(directory, new Dictionary<string, string>(), ConfigurationPurpose.Agent).Configuration!;

            Assert.Equal(("later", "/raft", 2380), (configuration.Name, configuration.Raft!.DataDirectory, configuration.Raft.SelfAddress.Port));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    [Fact]
    public void The_command_lines_authority_and_credentials_are_the_interfaces_unless_stated()
    {
        var ctl = Configurations.Valid(Everything).Ctl;

        Assert.Equal(("/tls/ca.pem", new Credentials("admin", "api secret"), true), (ctl.CaCert, ctl.Authentication, ctl.Insecure));
    }
}
