using System.Collections.Immutable;
using Holdfast.Model.Access;

namespace Holdfast.Api;

/// <summary>What the REST interface of one member serves, where, and to whom. Reloaded as a whole.</summary>
public sealed record RestApiOptions
{
    public required string Scope { get; init; }

    public required string Name { get; init; }

    /// <summary>The product's version.</summary>
    public required string Version { get; init; }

    /// <summary>Where to listen; <c>*</c> is every address. A change takes effect with the next start.</summary>
    public required ImmutableArray<RestEndpoint> Listen { get; init; }

    /// <summary>What unsafe requests must present; null: nothing.</summary>
    public RestCredentials? Credentials { get; init; }

    /// <summary>Unsafe requests must say whose they are although no password is set here: the cluster's tokens do.</summary>
    public bool RequiresLogin { get; init; }

    /// <summary>What those may do who present a certificate with this common name; a password or a token is not asked of them.</summary>
    public ImmutableArray<NamedRoles> CertificateRoles { get; init; } = [];

    /// <summary>Whose bearer tokens are accepted; null: the cluster's own alone.</summary>
    public OidcOptions? Oidc { get; init; }

    /// <summary>Whoever looks must have a role; but health checks, which tell by their status alone, are answered to all.</summary>
    public bool ReadingNeedsRole { get; init; }

    /// <summary>Whether a request that proves nothing may change nothing. Where reading needs a role and certificates are verified, those are a proof.</summary>
    public bool NeedsLogin => RequiresLogin || Credentials is not null || Oidc is not null || !CertificateRoles.IsEmpty || (ReadingNeedsRole && !AsksForCertificates);

    public bool AsksForCertificates => Tls is { VerifyClient: not ClientCertificates.None };

    /// <summary>TLS; null: plain HTTP. A change between the two takes effect with the next start.</summary>
    public RestTls? Tls { get; init; }

    /// <summary>Addresses and networks that may make unsafe requests; empty: all.</summary>
    public ImmutableArray<string> AllowList { get; init; } = [];

    /// <summary>The members' own addresses may make unsafe requests as well, and when the list is empty, only they.</summary>
    public bool AllowListIncludesMembers { get; init; }

    public ImmutableArray<KeyValuePair<string, string>> ExtraHeaders { get; init; } = [];

    /// <summary>This member's tags, a JSON object in the operator's order; null when there are none.</summary>
    public string? TagsJson { get; init; }

    /// <summary>What the operator should know of this member's set-up, such as a guard that is turned off.</summary>
    public ImmutableArray<string> Warnings { get; init; } = [];

    public RestLimits Limits { get; init; } = new();
}

public sealed record RestEndpoint(string Host, int Port);

public sealed record RestCredentials(string Username, string Password)
{
    public override string ToString() => $"{Username}, password not shown";
}

/// <summary>What somebody, or a group, is trusted with.</summary>
public sealed record NamedRoles(string Name, Roles Roles);

/// <summary>An OpenID Connect provider.</summary>
public sealed record OidcOptions
{
    public required Uri Issuer { get; init; }

    /// <summary>What its tokens must be for (<c>aud</c>).</summary>
    public required string Audience { get; init; }

    /// <summary>The claim that says who it is; where it is absent, <c>sub</c> does.</summary>
    public string NameClaim { get; init; } = "preferred_username";

    /// <summary>The claim whose values <see cref="Roles"/> names.</summary>
    public string RolesClaim { get; init; } = "roles";

    public required ImmutableArray<NamedRoles> Roles { get; init; }

    /// <summary>PEM file of the authorities that the provider's certificate is checked against; null: the system's.</summary>
    public string? CaFile { get; init; }
}

public enum ClientCertificates
{
    None,

    /// <summary>Unsafe requests need one.</summary>
    Optional,

    /// <summary>Every connection needs one.</summary>
    Required,
}

/// <summary>The certificate that is shown, and whose clients are trusted. PEM files.</summary>
public sealed record RestTls
{
    public required string CertFile { get; init; }

    /// <summary>Null: the key is in <see cref="CertFile"/>.</summary>
    public string? KeyFile { get; init; }

    public string? KeyFilePassword { get; init; }

    public string? CaFile { get; init; }

    public ClientCertificates VerifyClient { get; init; }

    public override string ToString() => $"{nameof(RestTls)} {CertFile}";
}

/// <summary>What one client may cost.</summary>
public sealed record RestLimits
{
    public long RequestBodyBytesMax { get; init; } = 1024 * 1024;

    public long ConnectionsMax { get; init; } = 512;

    /// <summary>How long a request's head may take to arrive.</summary>
    public TimeSpan RequestHeadTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a request's body may stall at its beginning; after that it must keep a minimum rate.</summary>
    public TimeSpan RequestBodyGracePeriod { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan IdleConnectionTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a switchover is waited for; null: twice the longer of 10 s and the loop's wait, as Patroni does.</summary>
    public TimeSpan? SwitchoverWait { get; init; }

    /// <summary>How many streams of events, one a dashboard, may be open.</summary>
    public int EventStreamsMax { get; init; } = 64;

    /// <summary>How many of the last decisions an event carries.</summary>
    public int EventDecisionsMax { get; init; } = 100;

    /// <summary>A stream on which nothing happens says so this often.</summary>
    public TimeSpan EventKeepAlive { get; init; } = TimeSpan.FromSeconds(5);
}
