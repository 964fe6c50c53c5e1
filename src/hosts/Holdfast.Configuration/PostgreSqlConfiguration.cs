using System.Collections.Immutable;

namespace Holdfast.Configuration;

/// <summary>The <c>postgresql</c> section.</summary>
public sealed record PostgreSqlConfiguration
{
    public required ListenAddress Listen { get; init; }

    public required HostPort ConnectAddress { get; init; }

    public HostPort? ProxyAddress { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>Where the configuration files are; the data directory unless stated.</summary>
    public required string ConfigDirectory { get; init; }

    /// <summary>Where the programs are; null: on the path.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>Other names for programs, by their usual name.</summary>
    public ImmutableArray<NamedValue> BinNames { get; init; } = [];

    public string? PassFile { get; init; }

    public DatabaseUser Superuser { get; init; } = DatabaseUser.None;

    public DatabaseUser Replication { get; init; } = DatabaseUser.None;

    public DatabaseUser Rewind { get; init; } = DatabaseUser.None;

    /// <summary>Server settings, in the file's order; flags are <c>on</c> and <c>off</c>.</summary>
    public ImmutableArray<NamedValue> Parameters { get; init; } = [];

    /// <summary>Default when the operator states no access rules at all.</summary>
    public ImmutableArray<string>? HostAccess { get; init; }

    public ImmutableArray<string>? IdentityMap { get; init; }

    public ImmutableArray<NamedValue> RecoveryConf { get; init; } = [];

    public string? CustomConf { get; init; }

    public Callbacks Callbacks { get; init; } = new();

    /// <summary>How a replica is made, in the order in which the methods are tried.</summary>
    public ImmutableArray<ReplicaMethod> CreateReplicaMethods { get; init; } = [];

    public ImmutableArray<CommandOption> RewindOptions { get; init; } = [];

    public bool UsesUnixSocket { get; init; }

    public bool UsesUnixSocketForReplication { get; init; }

    public bool RemovesDataDirectoryOnRewindFailure { get; init; }

    public bool RemovesDataDirectoryOnDivergedTimelines { get; init; }

    /// <summary>Null when the file does not say; the cluster's configuration decides then.</summary>
    public bool? UsesRewind { get; init; }

    public bool? UsesSlots { get; init; }

    public TimeSpan PgCtlTimeout { get; init; } = TimeSpan.FromSeconds(60);

    public string? PrePromote { get; init; }

    public string? BeforeStop { get; init; }

    public string? KerberosServerName { get; init; }

    /// <summary>The system user that runs the server when the agent is root; null: the agent's own.</summary>
    public string? OsUser { get; init; }
}

/// <summary>A database user and how it connects. <c>Options</c> are libpq's (sslmode and the like).</summary>
public sealed record DatabaseUser(string? Username, string? Password, ImmutableArray<NamedValue> Options)
{
    public static readonly DatabaseUser None = new(null, null, []);

    public override string ToString() => $"{Username}, password not shown";
}

/// <summary>Programs to run when something happened here.</summary>
public sealed record Callbacks
{
    public string? OnReload { get; init; }

    public string? OnRestart { get; init; }

    public string? OnRoleChange { get; init; }

    public string? OnStart { get; init; }

    public string? OnStop { get; init; }
}

/// <summary>An option of a program: <c>--name</c>, or <c>--name=value</c>.</summary>
public sealed record CommandOption(string Name, string? Value);

/// <summary>A way to make a replica: <c>basebackup</c>, or a command of the operator's.</summary>
/// <param name="Name">The method's name.</param>
/// <param name="Command">Null for <c>basebackup</c>.</param>
/// <param name="Options">Passed on as <c>--name=value</c>.</param>
/// <param name="WorksWithoutLeader">It may run while nobody leads.</param>
/// <param name="KeepsData">The data directory is not cleared before it.</param>
/// <param name="PassesParameters">The options and Holdfast's own ones are handed to the command.</param>
public sealed record ReplicaMethod(
    string Name,
    string? Command,
    ImmutableArray<CommandOption> Options,
    bool WorksWithoutLeader,
    bool KeepsData,
    bool PassesParameters);

/// <summary>The <c>bootstrap</c> section: how the first member makes the cluster.</summary>
public sealed record BootstrapConfiguration
{
    /// <summary>The dynamic configuration that the first member writes, JSON, with our initial values where the file has none.</summary>
    public required string DynamicConfiguration { get; init; }

    public ImmutableArray<CommandOption> InitDb { get; init; } = [];

    public ImmutableArray<string> HostAccess { get; init; } = [];

    public ImmutableArray<BootstrapUser> Users { get; init; } = [];

    public string? PostBootstrap { get; init; }

    /// <summary>Null: initdb.</summary>
    public BootstrapMethod? Method { get; init; }
}

public sealed record BootstrapUser(string Name, string? Password, ImmutableArray<string> Options)
{
    public override string ToString() => $"{Name}, password not shown";
}

/// <summary>A command that makes the first data directory in place of initdb.</summary>
public sealed record BootstrapMethod(
    string Name,
    string Command,
    ImmutableArray<CommandOption> Options,
    ImmutableArray<NamedValue> RecoveryConf,
    bool KeepsRecoveryConf,
    bool PassesParameters);
