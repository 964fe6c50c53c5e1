using System.Collections.Immutable;

namespace Holdfast.Stores.Consul;

/// <summary>Where Consul is, and how this member proves itself there.</summary>
public sealed record ConsulStoreOptions
{
    /// <summary>http or https addresses of agents or servers; tried in turn.</summary>
    public required ImmutableArray<Uri> Endpoints { get; init; }

    /// <summary>An ACL token; null: the anonymous one.</summary>
    public string? Token { get; init; }

    /// <summary>The datacenter that keeps the keys; null: that of the agent that is asked.</summary>
    public string? Datacenter { get; init; }

    /// <summary>PEM file of the authorities whose servers are trusted; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of this client's certificate; null: none is shown.</summary>
    public string? CertFile { get; init; }

    /// <summary>PEM file of its key; null: it is in <see cref="CertFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>False: whoever answers is believed, whatever its certificate says.</summary>
    public bool VerifiesServer { get; init; } = true;

    /// <summary>How long one server may take to answer before the next is asked.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a request may take over all servers.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long a server may keep a watch without an answer.</summary>
    public TimeSpan WatchWait { get; init; } = TimeSpan.FromSeconds(3);

    public override string ToString() => $"{nameof(ConsulStoreOptions)} {string.Join(", ", Endpoints)}";
}
