namespace Holdfast.Cli;

/// <summary>What the host knows of the way to a cluster: its configuration, and its store.</summary>
public interface IClusterAccess
{
    /// <summary>
    /// Reads the configuration. <paramref name="configurationPath"/> is what the operator gave with <c>-c</c>, or null: the usual
    /// places and the environment.
    /// </summary>
    /// <exception cref="CommandFailedException">The configuration cannot be used.</exception>
    ClusterConnection Open(string? configurationPath);

    /// <summary>More REST addresses of the cluster's members, asked for when no known one answers; none when nothing is known.</summary>
    Task<IReadOnlyList<Uri>> FindMoreAsync(string? configurationPath, string scope, CancellationToken cancellationToken);

    /// <summary>Where the router of this configuration shows its state.</summary>
    /// <exception cref="CommandFailedException">The configuration cannot be used, or has no router.</exception>
    Uri RouterPages(string? configurationPath);
}

/// <summary>How a cluster's members are reached.</summary>
public sealed record ClusterConnection
{
    /// <summary>The cluster that is meant when none is named.</summary>
    public string? Scope { get; init; }

    /// <summary>REST addresses to try, in order.</summary>
    public required IReadOnlyList<Uri> Endpoints { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>A bearer token; where there is one, user and password are not sent.</summary>
    public string? Token { get; init; }

    /// <summary>PEM file of the authorities that members' certificates are checked against; null: the system's.</summary>
    public string? CaFile { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? KeyFilePassword { get; init; }

    /// <summary>Members' certificates are not checked.</summary>
    public bool Insecure { get; init; }

    public override string ToString() => $"{nameof(ClusterConnection)} {Scope}";
}

/// <summary>A command that cannot be carried out: the message is for the operator, the exit status is 1.</summary>
public sealed class CommandFailedException(string message) : Exception(message);
