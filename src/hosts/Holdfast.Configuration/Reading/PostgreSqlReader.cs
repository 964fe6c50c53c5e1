using System.Collections.Immutable;
using Holdfast.Decisions.Configuration;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the <c>postgresql</c> section.</summary>
internal static class PostgreSqlReader
{
    private const int PortDefault = 5432;
    private const string BaseBackup = "basebackup";

    private static readonly string[] UserOptions =
        ["sslmode", "sslkey", "sslpassword", "sslcert", "sslrootcert", "sslcrl", "sslcrldir", "sslnegotiation", "gssencmode", "channel_binding"];

    public static PostgreSqlConfiguration? Read(Section root, bool isAgent)
    {
        var section = root.Inner("postgresql");
        if (!section.IsPresent && !isAgent)
        {
            return null;
        }

        var listen = section.Listen("listen", PortDefault);
        var connect = section.ReachableAddress("connect_address", PortDefault);
        var dataDirectory = isAgent ? section.RequiredText("data_dir", "/var/lib/postgresql/data") : section.Text("data_dir");
        if (isAgent)
        {
            RequireAddresses(section);
        }

        var users = section.Inner("authentication");
        var postgresql = new PostgreSqlConfiguration
        {
            Listen = listen ?? new([], PortDefault),
            ConnectAddress = connect ?? new("127.0.0.1", listen?.Port ?? PortDefault),
            ProxyAddress = section.Address("proxy_address", PortDefault),
            DataDirectory = dataDirectory ?? "",
            ConfigDirectory = section.Text("config_dir") ?? dataDirectory ?? "",
            BinDirectory = section.Text("bin_dir") is { Length: > 0 } directory ? directory : null,
            BinNames = section.NamedValues("bin_name"),
            PassFile = section.Text("pgpass"),
            Superuser = ReadUser(users, "superuser"),
            Replication = ReadUser(users, "replication"),
            Rewind = ReadUser(users, "rewind"),
            Parameters = section.NamedValues("parameters"),
            HostAccess = section.Texts("pg_hba"),
            IdentityMap = section.Texts("pg_ident"),
            RecoveryConf = section.NamedValues("recovery_conf"),
            CustomConf = section.Text("custom_conf"),
            Callbacks = ReadCallbacks(section.Inner("callbacks")),
            CreateReplicaMethods = ReadMethods(section),
            RewindOptions = section.CommandOptions("rewind"),
            UsesUnixSocket = section.Flag("use_unix_socket") ?? false,
            UsesUnixSocketForReplication = section.Flag("use_unix_socket_repl") ?? false,
            RemovesDataDirectoryOnRewindFailure = section.Flag("remove_data_directory_on_rewind_failure") ?? false,
            RemovesDataDirectoryOnDivergedTimelines = section.Flag("remove_data_directory_on_diverged_timelines") ?? false,
            UsesRewind = section.Flag("use_pg_rewind"),
            UsesSlots = section.Flag("use_slots"),
            PgCtlTimeout = TimeSpan.FromSeconds(section.Amount("pg_ctl_timeout", Quantities.Seconds, 0, 86_400) ?? 60),
            PrePromote = section.Text("pre_promote"),
            BeforeStop = section.Text("before_stop"),
            KerberosServerName = section.Text("krbsrvname"),
            OsUser = section.Text("os_user"),
        };
        users.RefuseUnknown();
        section.AcceptWithoutMeaning("Patroni itself does not read it here", "database", "scope");
        section.RefuseUnknown();
        return postgresql;
    }

    private static void RequireAddresses(Section section)
    {
        if (section.Node("listen") is null)
        {
            section.Missing("listen", "10.0.0.1:5432");
        }

        if (section.Node("connect_address") is null)
        {
            section.Missing("connect_address", "10.0.0.1:5432");
        }
    }

    private static DatabaseUser ReadUser(Section users, string name)
    {
        var section = users.Inner(name);
        var options = ImmutableArray.CreateBuilder<NamedValue>();
        foreach (var key in UserOptions)
        {
            if (section.Text(key) is { } value)
            {
                options.Add(new(key, value));
            }
        }

        var user = new DatabaseUser(section.Text("username"), section.Text("password"), options.ToImmutable());
        section.RefuseUnknown();
        return user;
    }

    private static Callbacks ReadCallbacks(Section section)
    {
        var callbacks = new Callbacks
        {
            OnReload = section.Text("on_reload"),
            OnRestart = section.Text("on_restart"),
            OnRoleChange = section.Text("on_role_change"),
            OnStart = section.Text("on_start"),
            OnStop = section.Text("on_stop"),
        };
        section.RefuseUnknown();
        return callbacks;
    }

    private static ImmutableArray<ReplicaMethod> ReadMethods(Section section)
    {
        var names = MethodNames(section);
        var baseBackup = new ReplicaMethod(BaseBackup, null, section.CommandOptions(BaseBackup), false, false, true);
        var methods = ImmutableArray.CreateBuilder<ReplicaMethod>();
        foreach (var name in names)
        {
            if (name == BaseBackup)
            {
                methods.Add(baseBackup);
            }
            else if (ReadMethod(section, name) is { } method)
            {
                methods.Add(method);
            }
        }

        return methods.Count > 0 ? methods.ToImmutable() : [baseBackup];
    }

    private static ImmutableArray<string> MethodNames(Section section)
    {
        var current = MethodNames(section, "create_replica_methods");
        var older = MethodNames(section, "create_replica_method");
        return current.Length > 0 ? current : older;
    }

    private static ImmutableArray<string> MethodNames(Section section, string key) =>
        section.Node(key) is Yaml.ConfigNode.Scalar scalar
            ? [.. scalar.Text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)]
            : section.Texts(key) ?? [];

    private static ReplicaMethod? ReadMethod(Section postgresql, string name)
    {
        var section = postgresql.Inner(name);
        if (!section.IsPresent)
        {
            postgresql.Error("create_replica_methods", $"the method '{name}' has no section; write postgresql.{name} with its command");
            return null;
        }

        var command = section.RequiredText("command", "/usr/local/bin/make-replica.sh");
        var withoutLeader = (section.Flag("no_leader") ?? section.Flag("no_master")) ?? false;
        var keepsData = section.Flag("keep_data") ?? false;
        var passesParameters = !(section.Flag("no_params") ?? false);
        section.NamedValues("recovery_conf");
        return command is null ? null : new(name, command, MethodOptions.Read(section), withoutLeader, keepsData, passesParameters);
    }
}
