namespace Holdfast.Api.Peers;

/// <summary>What this member shows to the others, and whom it trusts. PEM files.</summary>
public sealed record RestPeerOptions
{
    public required string Scope { get; init; }

    /// <summary>What the others ask for before an unsafe request; null: nothing.</summary>
    public RestCredentials? Credentials { get; init; }

    /// <summary>Whose certificates are trusted; null: those that the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>This member's own certificate as a client; null: none.</summary>
    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? KeyFilePassword { get; init; }
}
