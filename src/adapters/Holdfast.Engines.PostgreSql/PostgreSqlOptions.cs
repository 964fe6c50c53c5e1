using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql;

/// <summary>What the operator says about this member's database: Patroni's <c>postgresql</c> and <c>bootstrap</c> sections as values.</summary>
public sealed record PostgreSqlOptions
{
    public required MemberName MemberName { get; init; }

    public required string Scope { get; init; }

    public required ListenAddress Listen { get; init; }

    public required string ConnectHost { get; init; }

    public required int ConnectPort { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>Where <c>postgres</c> is; null to look in PATH and in the distributions' usual places.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>Where <c>postgresql.conf</c> is; null when it is in the data directory.</summary>
    public string? ConfigDirectory { get; init; }

    /// <summary>The password file written for PostgreSQL and its tools; null for one beside the data directory.</summary>
    public string? PgPassFile { get; init; }

    /// <summary>Null for PostgreSQL's own default.</summary>
    public string? UnixSocketDirectory { get; init; }

    /// <summary>The agent's own connection prefers the socket; the other way is tried when the preferred one is refused.</summary>
    public bool UseUnixSocket { get; init; } = true;

    /// <summary>The unprivileged user that PostgreSQL runs as when the agent is root; ignored otherwise.</summary>
    public string? OsUser { get; init; }

    public required PostgreSqlCredentials Superuser { get; init; }

    public required PostgreSqlCredentials Replication { get; init; }

    /// <summary>Null to rewind as the superuser.</summary>
    public PostgreSqlCredentials? Rewind { get; init; }

    /// <summary>The database that the agent connects to.</summary>
    public string Database { get; init; } = "postgres";

    /// <summary>Server parameters of this member; they win over the dynamic configuration, save those that the whole cluster must share.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The whole of <c>pg_hba.conf</c>; empty to keep what the directory has.</summary>
    public ImmutableArray<string> PgHba { get; init; } = [];

    /// <summary>The whole of <c>pg_ident.conf</c>; empty to keep what the directory has.</summary>
    public ImmutableArray<string> PgIdent { get; init; } = [];

    /// <summary>Recovery parameters of a replica (<c>restore_command</c> and the like).</summary>
    public ImmutableSortedDictionary<string, string> RecoveryParameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public BootstrapOptions Bootstrap { get; init; } = new();

    /// <summary>How replicas are made, in order; empty means pg_basebackup.</summary>
    public ImmutableArray<ReplicaMethod> CreateReplicaMethods { get; init; } = [];

    /// <summary>More options for pg_basebackup.</summary>
    public ImmutableArray<ToolOption> BaseBackupOptions { get; init; } = [];

    /// <summary>Free disk space that a clone must leave.</summary>
    public long MinimumFreeBytesAfterClone { get; init; } = 256L << 20;

    /// <summary>How many set-aside directories are kept, the newest ones; null to delete none ever.</summary>
    public int? SetAsideDirectoriesMax { get; init; }

    /// <summary>PostgreSQL's standard output and error until its own logging takes over; null for a file beside the data directory.</summary>
    public string? StartupLogFile { get; init; }

    /// <summary>How long an observation waits for the database.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a connection to another member's database may take.</summary>
    public TimeSpan SourceTimeout { get; init; } = TimeSpan.FromSeconds(5);

    internal string PgPassPath => PgPassFile ?? Beside($".{MemberName.Text}.pgpass");

    internal string StartupLogPath => StartupLogFile ?? DataDirectory.TrimEnd('/') + ".startup.log";

    internal string ConfigPath => ConfigDirectory ?? DataDirectory;

    internal PostgreSqlCredentials RewindOrSuperuser => Rewind ?? Superuser;

    private string Beside(string fileName) =>
        Path.Combine(Path.GetDirectoryName(DataDirectory.TrimEnd('/')) ?? "/", fileName);
}

/// <summary>Where PostgreSQL listens.</summary>
/// <param name="Addresses">As <c>listen_addresses</c> takes them: comma-separated, or <c>*</c>.</param>
/// <param name="Port">The port, the same on every address.</param>
public sealed record ListenAddress(string Addresses, int Port)
{
    /// <summary>Reads <c>127.0.0.1:5432</c>, <c>*:5432</c>, <c>a,b:5432</c>, <c>[::1]:5432</c> or an address without a port.</summary>
    /// <exception cref="FormatException">The port is no number between 1 and 65535.</exception>
    public static ListenAddress Parse(string text)
    {
        var colon = text.LastIndexOf(':');
        if (colon < 0 || text.EndsWith(']'))
        {
            return new(Bare(text), 5432);
        }

        return ushort.TryParse(text.AsSpan(colon + 1), out var port) && port > 0
            ? new(Bare(text[..colon]), port)
            : throw new FormatException($"'{text}' is no listen address: the port must be between 1 and 65535");
    }

    /// <summary>An address on which the agent itself reaches the database.</summary>
    internal string LocalHost => Addresses.Split(',')[0].Trim() switch
    {
        "" or "*" or "0.0.0.0" => "127.0.0.1",
        "::" => "::1",
        var first => first,
    };

    private static string Bare(string addresses) =>
        string.Join(',', addresses.Split(',').Select(address => address.Trim().Trim('[', ']')));
}

/// <summary>Who connects, and how the connection is secured.</summary>
public sealed record PostgreSqlCredentials(string UserName, string? Password)
{
    public string SslMode { get; init; } = "prefer";

    public string? SslRootCertificate { get; init; }

    public string? SslCertificate { get; init; }

    public string? SslKey { get; init; }

    public string? ChannelBinding { get; init; }

    public string? GssEncryptionMode { get; init; }

    // The password must not travel into a log with the record.
    public override string ToString() => UserName;
}

/// <summary>An option of a command line tool: a flag when the value is null.</summary>
public sealed record ToolOption(string Name, string? Value)
{
    internal string Argument => Value is null ? $"--{Name}" : $"--{Name}={Value}";
}

/// <summary>How a new system is made.</summary>
public sealed record BootstrapOptions
{
    public ImmutableArray<ToolOption> InitDb { get; init; } = [new("encoding", "UTF8"), new("data-checksums", null)];

    /// <summary>Lines for <c>pg_hba.conf</c> of a new system; empty for the lines that replicas need.</summary>
    public ImmutableArray<string> PgHba { get; init; } = [];

    public ImmutableArray<BootstrapUser> Users { get; init; } = [];

    /// <summary>A command run once the new system runs, with a connection string as its argument.</summary>
    public string? PostInit { get; init; }

    /// <summary>Makes the new system instead of initdb.</summary>
    public CustomCommand? Custom { get; init; }
}

/// <summary>A role that a new system gets.</summary>
/// <param name="Name">The role.</param>
/// <param name="Password">Null for none.</param>
/// <param name="Options">Words such as <c>createdb</c>.</param>
public sealed record BootstrapUser(string Name, string? Password, ImmutableArray<string> Options)
{
    public override string ToString() => Name;
}

/// <summary>A command of the operator's, with the arguments that its section of the configuration adds.</summary>
/// <param name="Command">As a shell takes it.</param>
/// <param name="Arguments">Passed as <c>--KEY=VALUE</c>.</param>
/// <param name="PassesStandardArguments">Scope, data directory and the like are passed too.</param>
public sealed record CustomCommand(string Command, ImmutableArray<ToolOption> Arguments, bool PassesStandardArguments)
{
    /// <summary>Keeps a <c>recovery.signal</c> and the recovery parameters that the command left behind.</summary>
    public bool KeepsRecoveryConfiguration { get; init; }

    public ImmutableSortedDictionary<string, string> RecoveryParameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>One way of making a replica.</summary>
/// <param name="Name">As the operator calls it; <c>basebackup</c> is pg_basebackup.</param>
/// <param name="Command">Null for pg_basebackup.</param>
/// <param name="WorksWithoutSource">It restores from a backup and needs no running member.</param>
/// <param name="KeepsData">What is in the data directory is left there for the command to use.</param>
public sealed record ReplicaMethod(string Name, CustomCommand? Command, bool WorksWithoutSource, bool KeepsData);
