using System.Collections.Immutable;

namespace Holdfast.Configuration;

/// <summary>The <c>mysql</c> section: a member of a Group Replication group.</summary>
public sealed record MySqlConfiguration
{
    public required ListenAddress Listen { get; init; }

    public required HostPort ConnectAddress { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>Where the programs are; null: on the path.</summary>
    public string? BinDirectory { get; init; }

    public string? OsUser { get; init; }

    public required Credentials Superuser { get; init; }

    public required Credentials Replication { get; init; }

    /// <summary>A UUID; null to have the first member make one.</summary>
    public string? GroupName { get; init; }

    /// <summary>Where the group's members reach this one's group communication.</summary>
    public required HostPort GroupAddress { get; init; }

    public bool IsMultiPrimary { get; init; }

    /// <summary>The backup that the cluster is made from; null to make an empty one.</summary>
    public string? BootstrapBackup { get; init; }

    /// <summary>Server variables, in the file's order.</summary>
    public ImmutableArray<NamedValue> Parameters { get; init; } = [];
}
