using System.Net.Http.Headers;
using System.Text;

namespace Holdfast.Api.Peers;

/// <summary>What this member shows to the others, and whom it trusts. PEM files.</summary>
public sealed record RestPeerOptions
{
    public required string Scope { get; init; }

    /// <summary>What the others ask for; null: nothing.</summary>
    public RestCredentials? Credentials { get; init; }

    /// <summary>A token to read by where there are no credentials; null: none.</summary>
    public string? Token { get; init; }

    /// <summary>What goes with a request.</summary>
    internal AuthenticationHeaderValue? Proof => this switch
    {
        { Credentials: { } known } => new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{known.Username}:{known.Password}"))),
        { Token: { } token } => new("Bearer", token),
        _ => null,
    };

    /// <summary>Whose certificates are trusted; null: those that the system trusts.</summary>
    public string? CaFile { get; init; }

    /// <summary>This member's own certificate as a client; null: none.</summary>
    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? KeyFilePassword { get; init; }
}
