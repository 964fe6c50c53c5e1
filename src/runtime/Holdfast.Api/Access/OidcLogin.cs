using System.Security.Claims;
using System.Security.Cryptography.X509Certificates;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace Holdfast.Api.Access;

/// <summary>Bearer tokens of an OpenID Connect provider, verified by the framework's handler (RFC 7519; OpenID Connect Discovery 1.0).</summary>
internal static class OidcLogin
{
    private const string Expired = "the bearer token has expired";

    private static readonly TimeSpan ProviderLimit = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>Signatures by a key that only the provider has: with a shared secret, whoever can verify could also sign.</summary>
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    /// <param name="services">Of the web server.</param>
    /// <param name="current">The provider as the configuration names it now; it is asked for when the first token of one comes, and after <see cref="Forget"/>.</param>
    public static void Add(IServiceCollection services, Func<OidcOptions?> current) =>
        services.AddAuthentication().AddJwtBearer(bearer =>
        {
            if (current() is not { } provider)
            {
                return;
            }

            bearer.Authority = provider.Issuer.ToString();
            bearer.Audience = provider.Audience;
            bearer.MapInboundClaims = false;

            // The file's reader has refused plain HTTP, except on loopback.
            bearer.RequireHttpsMetadata = provider.Issuer.Scheme == Uri.UriSchemeHttps;
            bearer.BackchannelTimeout = ProviderLimit;
            bearer.BackchannelHttpHandler = HandlerOf(provider);
            bearer.TokenValidationParameters.ValidAlgorithms = Algorithms;
            bearer.TokenValidationParameters.ClockSkew = ClockSkew;
        });

    /// <summary>Goes by another provider from now on, if it is another one: roles are looked up anew with each request.</summary>
    public static void Forget(IServiceProvider services, OidcOptions? before, OidcOptions? after)
    {
        if ((before is null ? null : before with { Roles = [] }) != (after is null ? null : after with { Roles = [] }))
        {
            services.GetRequiredService<IOptionsMonitorCache<JwtBearerOptions>>().TryRemove(JwtBearerDefaults.AuthenticationScheme);
        }
    }

    /// <summary>Either whose token it is, or why it is nobody's.</summary>
    public static async Task<(Caller? Caller, string? Refusal)> IdentifyAsync(HttpContext context, OidcOptions provider, DateTimeOffset now)
    {
        // Within one request, such as a stream of events, the framework answers as it did at first.
        var result = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (result.Properties?.ExpiresUtc is { } end && now - ClockSkew > end)
        {
            return (null, Expired);
        }

        return result.Principal is { } person
            ? (new(NameOf(person, provider), RolesOf(person, provider)), null)
            : (null, Words(result.Failure, provider));
    }

    private static string NameOf(ClaimsPrincipal person, OidcOptions provider) =>
        person.FindFirst(provider.NameClaim)?.Value ?? person.FindFirst("sub")?.Value ?? "somebody without a name";

    private static Roles RolesOf(ClaimsPrincipal person, OidcOptions provider) =>
        person.FindAll(provider.RolesClaim)
            .SelectMany(claim => provider.Roles.Where(entry => entry.Name == claim.Value))
            .Aggregate(Roles.None, (roles, entry) => roles | entry.Roles);

    private static string Words(Exception? failure, OidcOptions provider) => failure switch
    {
        SecurityTokenExpiredException => Expired,
        SecurityTokenNotYetValidException => "the bearer token is not valid yet: compare the clocks",
        SecurityTokenInvalidAudienceException => $"the bearer token is for another audience than {provider.Audience}",

        // Without the provider's own word on its name, none fits.
        SecurityTokenInvalidIssuerException issuer when issuer.InvalidIssuer?.TrimEnd('/') == provider.Issuer.ToString().TrimEnd('/') =>
            $"the identity provider {provider.Issuer} does not answer, so the bearer token cannot be verified",
        SecurityTokenInvalidIssuerException => $"the bearer token has another issuer than {provider.Issuer}",
        SecurityTokenSignatureKeyNotFoundException or SecurityTokenInvalidSignatureException => "the bearer token's signature does not verify",
        _ => "the bearer token cannot be verified",
    };

    private static SocketsHttpHandler HandlerOf(OidcOptions provider)
    {
        var handler = new SocketsHttpHandler { ConnectTimeout = ProviderLimit, AllowAutoRedirect = false };
        if (provider.CaFile is { } file)
        {
            var authorities = AuthoritiesOf(file);
            handler.SslOptions.CertificateChainPolicy = new()
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            handler.SslOptions.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return handler;
    }

    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">It holds no certificates.</exception>
    public static X509Certificate2Collection AuthoritiesOf(string file)
    {
        X509Certificate2Collection authorities = [];
        authorities.ImportFromPemFile(file);
        return authorities;
    }
}
