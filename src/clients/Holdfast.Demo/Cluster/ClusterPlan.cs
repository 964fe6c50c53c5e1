using System.Security.Cryptography;
using Holdfast.Demo.Databases;
using Holdfast.Demo.Processes;

namespace Holdfast.Demo.Cluster;

/// <summary>Everything that is settled about a cluster before its first process starts.</summary>
public sealed record ClusterPlan
{
    public const string Superuser = "postgres";
    public const string ReplicationUser = "replicator";
    public const string RewindUser = "rewinder";
    private const int PasswordLetters = 24;

    public required string Scope { get; init; }

    public required string Directory { get; init; }

    public required Database Database { get; init; }

    public required string BinDirectory { get; init; }

    public required OsAccount? Account { get; init; }

    public required IReadOnlyList<MemberPlan> Members { get; init; }

    /// <summary>Voters of the embedded store without a database.</summary>
    public required IReadOnlyList<MemberPlan> Witnesses { get; init; }

    /// <summary>Where clients connect to when they go through a router; null: there is none.</summary>
    public MemberPlan? Router { get; init; }

    public IEnumerable<MemberPlan> Voters => Members.Concat(Witnesses);

    public string SuperuserPassword { get; } = NewPassword();

    public string ReplicationPassword { get; } = NewPassword();

    public string RewindPassword { get; } = NewPassword();

    public string StorePassword { get; } = NewPassword();

    /// <summary>Where the superuser's password is when the cluster is kept.</summary>
    public string PasswordFile => Path.Combine(Directory, "password");

    public static ClusterPlan Make(string scope, string directory, Database database, int members, int witnesses, int routers)
    {
        const int portsEach = 4;
        var ports = FreePorts.Take((members + witnesses + routers) * portsEach);
        return new()
        {
            Scope = scope,
            Directory = directory,
            Database = database,
            BinDirectory = database.FindPrograms(),
            Account = OsAccount.Needed(),
            Members = [.. Enumerable.Range(0, members).Select(index => Plan($"node{index + 1}", index))],
            Witnesses = [.. Enumerable.Range(0, witnesses).Select(index => Plan($"witness{index + 1}", members + index))],
            Router = routers > 0 ? Plan("router", members + witnesses) : null,
        };

        MemberPlan Plan(string name, int index) => new(
            name,
            Path.Combine(directory, name),
            ports[index * portsEach],
            ports[(index * portsEach) + 1],
            ports[(index * portsEach) + 2],
            ports[(index * portsEach) + 3]);
    }

    private static string NewPassword() => RandomNumberGenerator.GetHexString(PasswordLetters, lowercase: true);
}

/// <summary>One member's name, place and ports.</summary>
public sealed record MemberPlan(string Name, string Directory, int DatabasePort, int RestPort, int StorePort, int GroupPort)
{
    public string DataDirectory => Path.Combine(Directory, "data");

    public string StoreDirectory => Path.Combine(Directory, "store");

    public string ConfigurationFile => Path.Combine(Directory, $"{Name}.yml");

    public string LogFile => Path.Combine(Directory, $"{Name}.log");

    public string PidFile => Path.Combine(Directory, "agent.pid");

    public string RestUrl => $"http://127.0.0.1:{RestPort}";
}
