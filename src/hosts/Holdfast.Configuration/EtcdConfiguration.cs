using System.Collections.Immutable;

namespace Holdfast.Configuration;

/// <summary>etcd, spoken to by its version 3 API whatever the section is called.</summary>
public sealed record EtcdConfiguration
{
    /// <summary>The section's name in the file: <c>etcd3</c>, or <c>etcd</c> as older files have it.</summary>
    public required string Section { get; init; }

    public required ImmutableArray<HostPort> Hosts { get; init; }

    /// <summary>Where DNS names the servers; null: nowhere. Then <see cref="Hosts"/> are in use while DNS names none.</summary>
    public EtcdDiscoveryConfiguration? Discovery { get; init; }

    public bool UsesTls { get; init; }

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? CaFile { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public override string ToString() => $"{nameof(EtcdConfiguration)} {string.Join(", ", Hosts)} {Discovery}";
}

/// <summary>The SRV records of a domain, with a suffix where it has several etcds.</summary>
public sealed record EtcdDiscoveryConfiguration(string Domain, string? Suffix);
