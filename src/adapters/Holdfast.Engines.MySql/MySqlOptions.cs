using System.Collections.Immutable;
using Holdfast.Model;

namespace Holdfast.Engines.MySql;

/// <summary>What the operator says about this member's database: the <c>mysql</c> section as values.</summary>
public sealed record MySqlOptions
{
    public required MemberName MemberName { get; init; }

    /// <summary>The address that the server listens on; <c>*</c> for all.</summary>
    public required string ListenHost { get; init; }

    public required int ListenPort { get; init; }

    /// <summary>Where clients and the other members reach the server.</summary>
    public required string ConnectHost { get; init; }

    public required int ConnectPort { get; init; }

    /// <summary>Made absolute, since MySQL's programs run elsewhere than the agent, and without a slash at its end: files beside it begin with its name.</summary>
    public required string DataDirectory { get; init => field = Path.GetFullPath(value).TrimEnd('/'); }

    /// <summary>Where <c>mysqld</c> is; null to look in PATH and in the distributions' usual places.</summary>
    public string? BinDirectory { get; init; }

    /// <summary>The unprivileged user that MySQL runs as when the agent is root; ignored otherwise.</summary>
    public string? OsUser { get; init; }

    /// <summary>Whom the agent and the operators are: may do everything.</summary>
    public required MySqlCredentials Superuser { get; init; }

    /// <summary>Whom the members are to each other: copies and catches up.</summary>
    public required MySqlCredentials Replication { get; init; }

    public required GroupOptions Group { get; init; }

    /// <summary>Server variables of this member, by their names in my.cnf; those that the group depends on are not the operator's.</summary>
    public ImmutableSortedDictionary<string, string> Parameters { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>A backup's directory: whoever makes the cluster's first system makes it from that; null for an empty one.</summary>
    public string? BootstrapBackup { get; init; }

    /// <summary>How long an observation waits for the server.</summary>
    public TimeSpan QueryTimeout { get; init; } = TimeSpan.FromSeconds(0.5);
}

public sealed record MySqlCredentials(string UserName, string Password);

/// <summary>The group that the member is in.</summary>
public sealed record GroupOptions
{
    /// <summary>A UUID: the name of a group that this member begins as the first. One that joins takes the group's.</summary>
    public required string Name { get; init; }

    /// <summary>Where the group's members reach this one's group communication.</summary>
    public required string Host { get; init; }

    public required int Port { get; init; }

    /// <summary>Every member accepts writes.</summary>
    public bool IsMultiPrimary { get; init; }

    /// <summary>From 0 to 100: the group elects the greatest.</summary>
    public int Weight { get; init; } = 50;

    /// <summary>As the group knows this member.</summary>
    public string Address => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
