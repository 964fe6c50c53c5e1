using System.Collections.Immutable;

namespace Holdfast.Configuration.EnvironmentVariables;

/// <summary>One setting that the environment can state, under <c>PATRONI_</c> or, winning, <c>HOLDFAST_</c>.</summary>
/// <param name="Suffix">The name behind the prefix.</param>
/// <param name="Path">The setting, with dots.</param>
/// <param name="Form">How the text is read.</param>
public sealed record EnvironmentVariable(string Suffix, string Path, EnvironmentForm Form)
{
    public const string PatroniPrefix = "PATRONI_";

    public const string HoldfastPrefix = "HOLDFAST_";

    private static readonly string[] Programs = ["pg_ctl", "initdb", "pg_controldata", "pg_basebackup", "postgres", "pg_isready", "pg_rewind"];

    private static readonly string[] UserKeys =
        ["username", "password", "sslmode", "sslkey", "sslpassword", "sslcert", "sslrootcert", "sslcrl", "sslcrldir", "sslnegotiation", "gssencmode", "channel_binding"];

    /// <summary>Every variable that has a meaning; a store that is not supported yet may state any setting of its section.</summary>
    public static ImmutableArray<EnvironmentVariable> Table { get; } =
    [
        .. Values("", "name", "namespace", "scope", "guard"),
        .. Values("log", "type", "level", "traceback_level", "dateformat", "max_queue_size", "dir", "mode", "file_size", "file_num", "deduplicate_heartbeat_logs"),
        new("LOG_FORMAT", "log.format", EnvironmentForm.Value),
        new("LOG_STATIC_FIELDS", "log.static_fields", EnvironmentForm.Mapping),
        new("LOG_LOGGERS", "log.loggers", EnvironmentForm.Mapping),
        new("LOGLEVEL", "log.level", EnvironmentForm.Value),
        new("LOGFORMAT", "log.format", EnvironmentForm.Value),
        new("LOG_DATEFMT", "log.dateformat", EnvironmentForm.Value),
        .. Values("restapi", "listen", "connect_address", "certfile", "keyfile", "keyfile_password", "cafile", "ciphers", "verify_client", "allowlist_include_members", "request_queue_size", "server_tokens", "thread_pool_size"),
        new("RESTAPI_ALLOWLIST", "restapi.allowlist", EnvironmentForm.List),
        new("RESTAPI_HTTP_EXTRA_HEADERS", "restapi.http_extra_headers", EnvironmentForm.Mapping),
        new("RESTAPI_HTTPS_EXTRA_HEADERS", "restapi.https_extra_headers", EnvironmentForm.Mapping),
        new("RESTAPI_USERNAME", "restapi.authentication.username", EnvironmentForm.Value),
        new("RESTAPI_PASSWORD", "restapi.authentication.password", EnvironmentForm.Value),
        .. Values("ctl", "insecure", "cacert", "certfile", "keyfile", "keyfile_password", "token"),
        new("CTL_USERNAME", "ctl.authentication.username", EnvironmentForm.Value),
        new("CTL_PASSWORD", "ctl.authentication.password", EnvironmentForm.Value),
        .. Values("raft", "self_addr", "bind_addr", "data_dir", "join", "password", "certfile", "keyfile", "cafile", "min_timeout", "max_timeout", "connection_timeout", "append_entries_period", "connection_retry_time", "leader_fallback_timeout"),
        new("RAFT_PARTNER_ADDRS", "raft.partner_addrs", EnvironmentForm.List),
        .. Etcd("etcd3"),
        .. Etcd("etcd"),
        .. Values("consul", "host", "port", "url", "scheme", "token", "dc", "verify", "cacert", "cert", "key", "consistency", "register_service", "service_check_interval", "service_check_tls_server_name"),
        new("CONSUL_HOSTS", "consul.hosts", EnvironmentForm.List),
        new("CONSUL_CHECKS", "consul.checks", EnvironmentForm.List),
        new("CONSUL_SERVICE_TAGS", "consul.service_tags", EnvironmentForm.List),
        .. Values("kubernetes", "namespace", "kubeconfig", "context", "cacert", "scope_label", "role_label", "leader_label_value", "follower_label_value", "standby_leader_label_value", "tmp_role_label", "use_endpoints", "pod_ip", "bypass_api_service"),
        new("KUBERNETES_LABELS", "kubernetes.labels", EnvironmentForm.Mapping),
        new("KUBERNETES_BOOTSTRAP_LABELS", "kubernetes.bootstrap_labels", EnvironmentForm.Mapping),
        new("KUBERNETES_PORTS", "kubernetes.ports", EnvironmentForm.List),
        new("KUBERNETES_RETRIABLE_HTTP_CODES", "kubernetes.retriable_http_codes", EnvironmentForm.List),
        .. Values("postgresql", "listen", "connect_address", "proxy_address", "data_dir", "config_dir", "bin_dir", "pgpass", "os_user"),
        .. BinNames(),
        .. Users("superuser"),
        .. Users("replication"),
        .. Users("rewind"),
        .. Values("watchdog", "mode", "device", "safety_margin"),
        .. Values("router", "api", "mode", "read_write", "read_only", "userlist", "auth_user", "auth_password"),
        .. Values("probe", "endpoint", "database", "username", "password"),
    ];

    private static IEnumerable<EnvironmentVariable> Values(string section, params string[] keys) =>
        keys.Select(key => section.Length == 0
            ? new EnvironmentVariable(key.ToUpperInvariant(), key, EnvironmentForm.Value)
            : new EnvironmentVariable($"{section}_{key}".ToUpperInvariant(), $"{section}.{key}", EnvironmentForm.Value));

    private static IEnumerable<EnvironmentVariable> Etcd(string section) =>
        Values(section, "host", "url", "proxy", "protocol", "username", "password", "cacert", "cert", "key", "srv", "srv_suffix", "use_proxies")
            .Append(new($"{section}_HOSTS".ToUpperInvariant(), $"{section}.hosts", EnvironmentForm.List));

    private static IEnumerable<EnvironmentVariable> BinNames() =>
        Programs.Select(program => new EnvironmentVariable($"POSTGRESQL_BIN_{program}".ToUpperInvariant(), $"postgresql.bin_name.{program}", EnvironmentForm.Value));

    private static IEnumerable<EnvironmentVariable> Users(string user) =>
        UserKeys.Select(key => new EnvironmentVariable($"{user}_{key}".ToUpperInvariant(), $"postgresql.authentication.{user}.{key}", EnvironmentForm.Value));
}

public enum EnvironmentForm
{
    /// <summary>The text as it is.</summary>
    Value,

    /// <summary>A YAML list, or texts with commas between.</summary>
    List,

    /// <summary>A YAML mapping, with or without its braces.</summary>
    Mapping,
}
