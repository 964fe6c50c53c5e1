using System.Collections.Immutable;
using Holdfast.Model.Access;

namespace Holdfast.Configuration;

/// <summary>Who may do what over the REST interface.</summary>
public sealed record AccessConfiguration
{
    /// <summary>Whoever has it may do everything.</summary>
    public Credentials? Password { get; init; }

    /// <summary>Nothing is changed by somebody who proves nothing, though tokens in the store are the only proof.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whoever looks must have a role as well.</summary>
    public bool ReadingNeedsRole { get; init; }

    /// <summary>By the common name of a client's certificate.</summary>
    public ImmutableArray<GrantedRoles> Certificates { get; init; } = [];

    public OidcConfiguration? Oidc { get; init; }

    public override string ToString() => nameof(AccessConfiguration);
}

public sealed record GrantedRoles(string Name, Roles Roles);

/// <summary>An OpenID Connect provider whose bearer tokens are accepted.</summary>
public sealed record OidcConfiguration
{
    public required Uri Issuer { get; init; }

    public required string Audience { get; init; }

    public string NameClaim { get; init; } = "preferred_username";

    public string RolesClaim { get; init; } = "roles";

    /// <summary>By a value of the claim.</summary>
    public ImmutableArray<GrantedRoles> Roles { get; init; } = [];

    public string? CaFile { get; init; }
}
