using System.Collections.Immutable;

namespace Holdfast.Configuration;

/// <summary>The local configuration of one member, a router, or a command line: Patroni's file and environment with our additions.</summary>
public sealed record HoldfastConfiguration
{
    /// <summary>Empty for a command line that states none, and for a router whose clusters have their own.</summary>
    public required string Scope { get; init; }

    /// <summary>Without slashes around it.</summary>
    public required string Namespace { get; init; }

    /// <summary>The member's name; empty for a command line and a router.</summary>
    public required string Name { get; init; }

    public required LogConfiguration Log { get; init; }

    /// <summary>Null for a command line or a router whose configuration has none.</summary>
    public required RestApiConfiguration? RestApi { get; init; }

    /// <summary>Null when another store is named, or none.</summary>
    public required RaftConfiguration? Raft { get; init; }

    /// <summary>Null when another store is named, or none.</summary>
    public EtcdConfiguration? Etcd { get; init; }

    /// <summary>Null when another store is named, or none.</summary>
    public ConsulConfiguration? Consul { get; init; }

    /// <summary>Null when another store is named, or none.</summary>
    public KubernetesConfiguration? Kubernetes { get; init; }

    /// <summary>Null for a command line or a router whose configuration has none.</summary>
    public required PostgreSqlConfiguration? PostgreSql { get; init; }

    /// <summary>Null where the member runs PostgreSQL, and for a command line or a router whose configuration has none.</summary>
    public MySqlConfiguration? MySql { get; init; }

    /// <summary>Null when there is none, and for a command line.</summary>
    public RouterConfiguration? Router { get; init; }

    public required BootstrapConfiguration Bootstrap { get; init; }

    public required TagsConfiguration Tags { get; init; }

    public required WatchdogConfiguration Watchdog { get; init; }

    public required CtlConfiguration Ctl { get; init; }

    /// <summary>A small process beside the database kills it when the agent hangs.</summary>
    public required bool UsesGuard { get; init; }

    /// <summary>Whom to tell what happens; empty: nobody.</summary>
    public ImmutableArray<NotificationTargetConfiguration> Notifications { get; init; } = [];

    /// <summary>Where figures are sent; null: nowhere.</summary>
    public OtlpConfiguration? Otlp { get; init; }

    /// <summary>Null: nobody tries what clients meet.</summary>
    public ProbeConfiguration? Probe { get; init; }
}

public sealed record HostPort(string Host, int Port)
{
    public override string ToString() => $"{Bracketed(Host)}:{Port}";

    /// <summary>The host as it stands before a port.</summary>
    internal static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;
}

/// <summary>Addresses to listen on: one port, one or more hosts; <c>*</c> is every address.</summary>
public sealed record ListenAddress(ImmutableArray<string> Hosts, int Port)
{
    public override string ToString() => $"{string.Join(',', Hosts.Select(HostPort.Bracketed))}:{Port}";
}

/// <summary>One setting whose place in its list matters.</summary>
public sealed record NamedValue(string Name, string Value);

public sealed record Credentials(string Username, string Password)
{
    public override string ToString() => $"{Username}, password not shown";
}

public enum LogType
{
    Plain,
    Json,
}

/// <summary>How the log is written. Levels are Python's words, in capitals.</summary>
public sealed record LogConfiguration
{
    public LogType Type { get; init; }

    public string Level { get; init; } = "INFO";

    public string TracebackLevel { get; init; } = "ERROR";

    /// <summary>A Python-style format; for JSON one text a field may be given.</summary>
    public ImmutableArray<string> Format { get; init; } = [];

    public string? DateFormat { get; init; }

    public string? Directory { get; init; }

    public int FileCount { get; init; } = 4;

    public long FileSizeBytes { get; init; } = 25_000_000;

    public int? FileMode { get; init; }

    public ImmutableArray<NamedValue> StaticFields { get; init; } = [];

    public ImmutableArray<NamedValue> Loggers { get; init; } = [];
}

public enum ClientVerification
{
    None,

    /// <summary>Unsafe requests need a certificate.</summary>
    Optional,

    /// <summary>Every connection needs one.</summary>
    Required,
}

public sealed record RestApiConfiguration
{
    public required ListenAddress Listen { get; init; }

    public required HostPort ConnectAddress { get; init; }

    public AccessConfiguration Access { get; init; } = new();

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? KeyFilePassword { get; init; }

    public string? CaFile { get; init; }

    public ClientVerification VerifyClient { get; init; }

    public ImmutableArray<string> AllowList { get; init; } = [];

    public bool AllowListIncludesMembers { get; init; }

    public ImmutableArray<NamedValue> ExtraHeaders { get; init; } = [];

    /// <summary>Added to <see cref="ExtraHeaders"/> when the interface speaks TLS.</summary>
    public ImmutableArray<NamedValue> HttpsExtraHeaders { get; init; } = [];

    public override string ToString() => $"{nameof(RestApiConfiguration)} {Listen}";
}

/// <summary>The embedded store. Without <c>bind_addr</c> it listens where it is reached.</summary>
public sealed record RaftConfiguration
{
    public required HostPort SelfAddress { get; init; }

    public required HostPort BindAddress { get; init; }

    public required ImmutableArray<HostPort> PartnerAddresses { get; init; }

    /// <summary>Where a client finds the store: every node that the file names.</summary>
    public required ImmutableArray<HostPort> ClientAddresses { get; init; }

    public string? DataDirectory { get; init; }

    /// <summary>The node is empty and waits until a member adds it; the partners' addresses are then only known ones.</summary>
    public bool Join { get; init; }

    public string? Password { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? CaFile { get; init; }

    public override string ToString() => $"{nameof(RaftConfiguration)} {SelfAddress}";
}

public enum WatchdogMode
{
    Off,
    Automatic,
    Required,
}

public sealed record WatchdogConfiguration
{
    public WatchdogMode Mode { get; init; } = WatchdogMode.Automatic;

    public string Device { get; init; } = "/dev/watchdog";

    /// <summary>Seconds before the lease's end at which the device acts; -1: half of the time to live.</summary>
    public int SafetyMarginSeconds { get; init; } = 5;

    /// <summary><c>default</c>, or <c>testing</c>: the device is a FIFO.</summary>
    public string Driver { get; init; } = "default";
}

/// <summary>How the command line reaches members.</summary>
public sealed record CtlConfiguration
{
    public bool Insecure { get; init; }

    public string? CaCert { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? KeyFilePassword { get; init; }

    public Credentials? Authentication { get; init; }

    /// <summary>A bearer token, sent in place of user and password.</summary>
    public string? Token { get; init; }

    public override string ToString() => nameof(CtlConfiguration);
}

/// <summary>What an operator says of this member. The values keep their YAML type and the order of the file.</summary>
public sealed record TagsConfiguration
{
    /// <summary>All tags, a JSON object.</summary>
    public string Json { get; init; } = "{}";

    /// <summary>The tags as the member's key shows them: without the ones that say nothing. Null when none is left.</summary>
    public string? PublishedJson { get; init; }

    public bool NoFailover { get; init; }

    public int FailoverPriority { get; init; } = 1;

    public bool NoSync { get; init; }

    public int SyncPriority { get; init; } = 1;

    public bool NoLoadBalance { get; init; }

    public bool NoStream { get; init; }

    public bool CloneFrom { get; init; }

    public string? ReplicateFrom { get; init; }
}
