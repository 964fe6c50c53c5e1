using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Configuration;

/// <summary>The <c>router</c> section: which clusters it takes clients to, and what holds for all of them.</summary>
public sealed record RouterConfiguration
{
    public required ImmutableArray<RouterClusterConfiguration> Clusters { get; init; }

    /// <summary>Where the router shows its state.</summary>
    public ListenAddress Api { get; init; } = new(["127.0.0.1"], 8009);

    /// <summary>Event loops; null: as many as there are processors, within reason.</summary>
    public int? Threads { get; init; }

    /// <summary>Of clients, over all clusters.</summary>
    public int ConnectionsMax { get; init; } = 20_000;

    /// <summary>How often the members' REST interfaces are asked.</summary>
    public TimeSpan CheckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long open transactions and connections may go on once the router ends.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(5);
}

public enum RouterMode
{
    /// <summary>Bytes are relayed as they are.</summary>
    Tcp,

    /// <summary>The router speaks PostgreSQL's protocol and carries sessions over a switchover.</summary>
    Session,
}

/// <summary>One cluster as the router serves it.</summary>
public sealed record RouterClusterConfiguration
{
    public required string Scope { get; init; }

    public RouterMode Mode { get; init; }

    /// <summary>To the primary.</summary>
    public required ListenAddress ReadWrite { get; init; }

    /// <summary>To replicas; null: nowhere.</summary>
    public ListenAddress? ReadOnly { get; init; }

    /// <summary>How long a connection waits for a primary.</summary>
    public TimeSpan HoldTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public int HeldMax { get; init; } = 1000;

    /// <summary>Of clients, to this cluster.</summary>
    public int ConnectionsMax { get; init; } = 10_000;

    /// <summary>To a member.</summary>
    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a connection may be without traffic; null: for ever.</summary>
    public TimeSpan? IdleTimeout { get; init; }

    /// <summary>For the PROXY header, the start-up packet, TLS and the log-in.</summary>
    public TimeSpan StartupTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Clients from there begin with a PROXY protocol header.</summary>
    public ImmutableArray<IPNetwork> AcceptsProxyFrom { get; init; } = [];

    /// <summary>Members are sent a PROXY protocol header, version 2.</summary>
    public bool SendsProxy { get; init; }

    public RouterReadsConfiguration Reads { get; init; } = new();

    public RouterBreakerConfiguration Breaker { get; init; } = new();

    /// <summary>Null in mode tcp.</summary>
    public RouterSessionConfiguration? Session { get; init; }
}

public enum RouterBalance
{
    LeastConnections,
    RoundRobin,
}

public enum RouterReadFallback
{
    Primary,
    None,
}

/// <summary>Which replica a read goes to.</summary>
public sealed record RouterReadsConfiguration
{
    public RouterBalance Balance { get; init; }

    /// <summary>Null: any.</summary>
    public long? LagBytesMax { get; init; } = 16 * 1024 * 1024;

    /// <summary>Null: any.</summary>
    public TimeSpan? LagTimeMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Where reads go when no replica qualifies.</summary>
    public RouterReadFallback Fallback { get; init; }

    /// <summary>Members with this tag <c>zone</c> are preferred.</summary>
    public string? Zone { get; init; }

    /// <summary>How long a member that returns takes to get its whole share.</summary>
    public TimeSpan SlowStart { get; init; } = TimeSpan.FromSeconds(10);
}

/// <summary>When a member that fails is left alone.</summary>
public sealed record RouterBreakerConfiguration
{
    /// <summary>In a row.</summary>
    public int Failures { get; init; } = 3;

    /// <summary>The first time; it doubles up to <see cref="OpenForMax"/>.</summary>
    public TimeSpan OpenFor { get; init; } = TimeSpan.FromSeconds(1);

    public TimeSpan OpenForMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A member that takes so many times the others' median time to connect is an outlier; null: none is.</summary>
    public int? LatencyFactor { get; init; }
}

/// <summary>What only mode session knows.</summary>
public sealed record RouterSessionConfiguration
{
    /// <summary>How long transactions may go on once a switchover begins.</summary>
    public TimeSpan SwitchoverBudget { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>To clients; null: none.</summary>
    public RouterTlsConfiguration? Tls { get; init; }

    /// <summary>To members.</summary>
    public RouterServerTlsConfiguration ServerTls { get; init; } = new();

    /// <summary>A file of PgBouncer's lines <c>"user" "secret"</c>.</summary>
    public string? UserListFile { get; init; }

    /// <summary>Null: no member is asked for secrets.</summary>
    public RouterAuthQuery? AuthQuery { get; init; }

    /// <summary>Settings of the application's own that are carried, such as <c>app.user_id</c>.</summary>
    public ImmutableArray<string> CustomSettings { get; init; } = [];
}

/// <summary>The question for a user's secret, <c>$1</c>, and who asks it.</summary>
/// <param name="Sql">Its answer is the user and the secret.</param>
/// <param name="Username">Who asks.</param>
/// <param name="Password">Null: in the user list, or not needed.</param>
public sealed record RouterAuthQuery(string Sql, string Username, string? Password)
{
    public const string SqlDefault = "select usename, passwd from pg_shadow where usename = $1";

    public override string ToString() => $"{Username}, password not shown: {Sql}";
}

public sealed record RouterTlsConfiguration
{
    public required string CertFile { get; init; }

    /// <summary>Null: in <see cref="CertFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>Whose client certificates are accepted.</summary>
    public string? CaFile { get; init; }

    /// <summary>Every client shows a certificate whose common name is its user.</summary>
    public bool RequiresClientCertificate { get; init; }
}

/// <summary>libpq's words for how a connection is protected.</summary>
public enum RouterServerTlsMode
{
    Disable,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

public sealed record RouterServerTlsConfiguration
{
    public RouterServerTlsMode Mode { get; init; } = RouterServerTlsMode.Prefer;

    public string? CaFile { get; init; }

    /// <summary>What the router shows to members, on behalf of clients that have shown a certificate themselves.</summary>
    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }
}
