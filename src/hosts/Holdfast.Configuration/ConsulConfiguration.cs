using System.Collections.Immutable;

namespace Holdfast.Configuration;

/// <summary>Consul, by its HTTP API.</summary>
public sealed record ConsulConfiguration
{
    public required ImmutableArray<HostPort> Hosts { get; init; }

    public bool UsesTls { get; init; }

    /// <summary>An ACL token.</summary>
    public string? Token { get; init; }

    public string? Datacenter { get; init; }

    public string? CaFile { get; init; }

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public bool VerifiesServer { get; init; } = true;

    public override string ToString() => $"{nameof(ConsulConfiguration)} {string.Join(", ", Hosts)}";
}
