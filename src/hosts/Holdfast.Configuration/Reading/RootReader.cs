using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the whole tree, section by section.</summary>
internal static class RootReader
{
    private const string DefaultNamespace = "service";
    private const int RestApiPortDefault = 8008;

    private static readonly string[] UnsupportedEngines = ["mongodb"];

    public static HoldfastConfiguration? Read(Section root, ConfigurationPurpose purpose)
    {
        var isAgent = purpose == ConfigurationPurpose.Agent;
        var needsScope = isAgent || (purpose == ConfigurationPurpose.Router && !RouterReader.NamesClusters(root));
        var scope = needsScope ? root.RequiredText("scope", "my-cluster") : root.Text("scope") ?? "";
        var name = isAgent ? root.RequiredText("name", "node-1") : root.Text("name") ?? "";
        Names.Check(root, "scope", scope);
        Names.Check(root, "name", name);
        var restApi = ReadRestApi(root, isAgent);
        var raft = RaftReader.Read(root.Inner("raft"), purpose);
        var mySql = MySqlReader.Read(root, isAgent);
        var postgreSql = PostgreSqlReader.Read(root, isAgent && mySql is null);
        var router = RouterReader.Read(root, purpose, scope, new(restApi, postgreSql, mySql, isAgent ? raft : null));
        var configuration = new HoldfastConfiguration
        {
            Scope = scope ?? "",
            Namespace = root.Text("namespace")?.Trim('/') is { Length: > 0 } stated ? stated : DefaultNamespace,
            Name = name ?? "",
            Log = LogReader.Read(root.Inner("log")),
            RestApi = restApi,
            Raft = raft,
            Etcd = EtcdReader.Read(root),
            Consul = ConsulReader.Read(root.Inner("consul")),
            Kubernetes = KubernetesReader.Read(root, scope, isAgent),
            PostgreSql = postgreSql,
            MySql = mySql,
            Router = router,
            Bootstrap = BootstrapReader.Read(root.Inner("bootstrap"), root.Node("kubernetes") is null ? InitialTiming.Swift : InitialTiming.Sparing),
            Tags = TagsReader.Read(root.Inner("tags")),
            Watchdog = ReadWatchdog(root.Inner("watchdog")),
            Ctl = ReadCtl(root.Inner("ctl"), restApi),
            UsesGuard = root.Flag("guard") ?? true,
            Notifications = NotificationReader.Read(root.Inner("notifications")),
            Otlp = TelemetryReader.Read(root.Inner("telemetry")),
            Probe = ProbeReader.Read(root.Inner("probe"), isAgent, router, scope),
        };
        StoreChoice.Check(root, purpose);
        if (isAgent)
        {
            AccessReader.CheckReading(root, restApi, configuration.Ctl);
        }

        RefuseUnsupported(root, isAgent);
        root.AcceptWithoutMeaning("it tunes Patroni's own threads", "thread_pool_size", "thread_stack_size");
        root.RefuseUnknown();
        return configuration;
    }

    private static RestApiConfiguration? ReadRestApi(Section root, bool isAgent)
    {
        var section = root.Inner("restapi");
        if (!section.IsPresent && !isAgent)
        {
            return null;
        }

        var listen = section.Listen("listen", RestApiPortDefault);
        var connect = section.ReachableAddress("connect_address", RestApiPortDefault);
        if (isAgent && section.Node("listen") is null)
        {
            section.Missing("listen", "10.0.0.1:8008");
        }

        if (connect is null && section.Node("connect_address") is null)
        {
            connect = ConnectDefault(listen);
            if (connect is null && isAgent)
            {
                section.Missing("connect_address", "10.0.0.1:8008");
            }
        }

        var api = new RestApiConfiguration
        {
            Listen = listen ?? new([], RestApiPortDefault),
            ConnectAddress = connect ?? new("127.0.0.1", RestApiPortDefault),
            Access = AccessReader.Read(section),
            CertFile = section.Text("certfile"),
            KeyFile = section.Text("keyfile"),
            KeyFilePassword = section.Text("keyfile_password"),
            CaFile = section.Text("cafile"),
            VerifyClient = section.Word(
                "verify_client",
                ("none", ClientVerification.None),
                ("optional", ClientVerification.Optional),
                ("required", ClientVerification.Required)) ?? ClientVerification.None,
            AllowList = section.Texts("allowlist") ?? [],
            AllowListIncludesMembers = section.Flag("allowlist_include_members") ?? false,
            ExtraHeaders = section.NamedValues("http_extra_headers"),
            HttpsExtraHeaders = section.NamedValues("https_extra_headers"),
        };
        CheckTls(section, api);
        section.AcceptWithoutMeaning("it tunes Patroni's own HTTP server", "request_queue_size", "thread_pool_size", "server_tokens", "ciphers");
        section.RefuseUnknown();
        return api;
    }

    private static void CheckTls(Section section, RestApiConfiguration api)
    {
        if (api.VerifyClient != ClientVerification.None && api.CertFile is null)
        {
            section.Error("verify_client", "needs TLS; write certfile as well");
        }

        if (api.VerifyClient != ClientVerification.None && api.CertFile is not null && api.CaFile is null)
        {
            section.Error("verify_client", "needs cafile: the authority whose client certificates are accepted");
        }

        if (api.KeyFile is not null && api.CertFile is null)
        {
            section.Error("keyfile", "has no certificate; write certfile as well");
        }
    }

    // Patroni insists on both; where one address is listened on, it is also the one to connect to.
    private static HostPort? ConnectDefault(ListenAddress? listen) =>
        listen is { Hosts: [not ("*" or "0.0.0.0" or "::")] } ? new(listen.Hosts[0], listen.Port) : null;

    private static WatchdogConfiguration ReadWatchdog(Section section)
    {
        var initial = new WatchdogConfiguration();
        var watchdog = new WatchdogConfiguration
        {
            Mode = section.Word(
                "mode",
                ("off", WatchdogMode.Off),
                ("automatic", WatchdogMode.Automatic),
                ("required", WatchdogMode.Required),
                ("false", WatchdogMode.Off)) ?? initial.Mode,
            Device = section.Text("device") ?? initial.Device,
            SafetyMarginSeconds = (int)(section.Amount("safety_margin", Decisions.Configuration.Quantities.Seconds, -1, 3600) ?? initial.SafetyMarginSeconds),
            Driver = section.Text("driver") ?? initial.Driver,
        };
        section.RefuseUnknown();
        return watchdog;
    }

    private static CtlConfiguration ReadCtl(Section section, RestApiConfiguration? api)
    {
        var authentication = section.Inner("authentication");
        var ctl = new CtlConfiguration
        {
            Insecure = section.Flag("insecure") ?? false,
            CaCert = section.Text("cacert") ?? section.Text("cafile") ?? api?.CaFile,
            CertFile = section.Text("certfile"),
            KeyFile = section.Text("keyfile"),
            KeyFilePassword = section.Text("keyfile_password"),
            Authentication = AccessReader.ReadCredentials(section, authentication) ?? api?.Access.Password,
            Token = section.Text("token"),
        };
        authentication.RefuseUnknown();
        section.RefuseUnknown();
        return ctl;
    }

    private static void RefuseUnsupported(Section root, bool isAgent)
    {
        var engines = UnsupportedEngines.Where(engine => root.Node(engine) is not null).ToArray();
        var usesCitus = root.Node("citus") is not null;

        // A command line speaks to members only, and a router relays, whatever they run.
        foreach (var engine in isAgent ? engines : [])
        {
            root.Error(engine, "this engine is not yet supported; supported are 'postgresql' and 'mysql'");
        }

        if (isAgent && usesCitus)
        {
            root.Error("citus", "Citus is not supported");
        }
    }
}
