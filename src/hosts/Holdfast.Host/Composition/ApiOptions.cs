using System.Collections.Immutable;
using Holdfast.Api;
using Holdfast.Configuration;

namespace Holdfast.Host.Composition;

/// <summary>From the operator's words to the REST interface's options.</summary>
internal static class ApiOptions
{
    public static RestApiOptions Of(HoldfastConfiguration configuration)
    {
        var section = configuration.RestApi!;
        return new RestApiOptions
        {
            Scope = configuration.Scope,
            Name = configuration.Name,
            Version = Product.Version,
            Listen = [.. section.Listen.Hosts.Select(host => new RestEndpoint(host, section.Listen.Port))],
            Credentials = section.Access.Password is { } credentials ? new RestCredentials(credentials.Username, credentials.Password) : null,
            RequiresLogin = section.Access.IsRequired,
            ReadingNeedsRole = section.Access.ReadingNeedsRole,
            CertificateRoles = Roles(section.Access.Certificates),
            Oidc = section.Access.Oidc is { } provider ? Oidc(provider) : null,
            Tls = Tls(section),
            AllowList = section.AllowList,
            AllowListIncludesMembers = section.AllowListIncludesMembers,
            ExtraHeaders = [.. Headers(section).Select(header => KeyValuePair.Create(header.Name, header.Value))],
            TagsJson = configuration.Tags.PublishedJson,
            Warnings = Warnings(configuration),
        };
    }

    /// <summary>The address under which others reach the interface, as the member's key shows it.</summary>
    public static string Url(RestApiConfiguration section) =>
        $"{(section.CertFile is null ? "http" : "https")}://{section.ConnectAddress}/patroni";

    private static OidcOptions Oidc(OidcConfiguration provider) => new()
    {
        Issuer = provider.Issuer,
        Audience = provider.Audience,
        NameClaim = provider.NameClaim,
        RolesClaim = provider.RolesClaim,
        Roles = Roles(provider.Roles),
        CaFile = provider.CaFile,
    };

    private static ImmutableArray<NamedRoles> Roles(ImmutableArray<GrantedRoles> granted) => [.. granted.Select(entry => new NamedRoles(entry.Name, entry.Roles))];

    private static RestTls? Tls(RestApiConfiguration section) =>
        section.CertFile is { } certificate
            ? new RestTls
            {
                CertFile = certificate,
                KeyFile = section.KeyFile,
                KeyFilePassword = section.KeyFilePassword,
                CaFile = section.CaFile,
                VerifyClient = section.VerifyClient switch
                {
                    ClientVerification.Required => ClientCertificates.Required,
                    ClientVerification.Optional => ClientCertificates.Optional,
                    _ => ClientCertificates.None,
                },
            }
            : null;

    private static IEnumerable<NamedValue> Headers(RestApiConfiguration section) =>
        section.CertFile is null ? section.ExtraHeaders : section.ExtraHeaders.Concat(section.HttpsExtraHeaders);

    private static ImmutableArray<string> Warnings(HoldfastConfiguration configuration) =>
        configuration.UsesGuard
            ? []
            : ["the guard is off: if the agent hangs, nothing kills the database before the lease ends elsewhere"];
}
