using System.Collections.Immutable;
using System.Net;

namespace Holdfast.Stores.Etcd;

/// <summary>Where etcd is, and how this member proves itself there.</summary>
public sealed record EtcdStoreOptions
{
    /// <summary>http or https addresses of the servers; tried in turn. With <see cref="Discovery"/>: in use while that finds none.</summary>
    public required ImmutableArray<Uri> Endpoints { get; init; }

    /// <summary>Where else servers are named; null: nowhere.</summary>
    public EtcdDiscovery? Discovery { get; init; }

    /// <summary>Every server that is discovered is spoken to by https, whatever its record says.</summary>
    public bool InsistsOnTls { get; init; }

    /// <summary>Who is asked for names; null: the system's name servers and its hosts file.</summary>
    public IPEndPoint? NameServer { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    /// <summary>PEM file of the authorities whose servers are trusted; null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>PEM file of this client's certificate; null: none is shown.</summary>
    public string? CertFile { get; init; }

    /// <summary>PEM file of its key; null: it is in <see cref="CertFile"/>.</summary>
    public string? KeyFile { get; init; }

    /// <summary>How long one server may take to answer before the next is asked.</summary>
    public TimeSpan AttemptTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a request may take over all servers.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>A watch that brought nothing for this long is asked for a sign of life.</summary>
    public TimeSpan WatchSilence { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>How long looking up the servers' names may take.</summary>
    public TimeSpan LookupTimeout { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The least time between two look-ups.</summary>
    public TimeSpan LookupPause { get; init; } = TimeSpan.FromSeconds(3);

    /// <summary>The name of the configuration's section, for error messages.</summary>
    public string Section { get; init; } = "etcd3";

    public override string ToString() => $"{nameof(EtcdStoreOptions)} {string.Join(", ", Endpoints)} {Discovery}";
}
