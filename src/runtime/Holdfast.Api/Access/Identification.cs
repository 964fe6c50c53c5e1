using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Holdfast.Api.Serving;
using Holdfast.Decisions.Access;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Access;

/// <summary>Finds out whose request it is: by password, by token, by an identity provider's word, or by certificate.</summary>
internal static class Identification
{
    private const string PasswordScheme = "Basic ";
    private const string BearerScheme = "Bearer ";
    private const string Realm = "Basic realm=\"Patroni\"";
    private const string ActorHeader = "Holdfast-Actor";
    private const int ActorLengthMax = 100;

    /// <summary>Either whose it is, or what the client is told.</summary>
    public static async Task<(Caller? Caller, Reply? Refusal)> IdentifyAsync(
        HttpContext context, RestApiOptions options, ImmutableArray<AccessToken> tokens, DateTimeOffset now)
    {
        // The handshake has refused every certificate that does not verify, so one that is here is a good one.
        var certificate = context.Connection.ClientCertificate;
        if (options.AsksForCertificates && certificate is null)
        {
            return (null, Reply.Words(StatusCodes.Status403Forbidden, "client certificate required"));
        }

        var header = context.Request.Headers.Authorization.ToString();
        return header switch
        {
            _ when IsOf(BearerScheme, header) => await OfBearerAsync(context, header[BearerScheme.Length..].Trim(), options, tokens, now),
            _ when IsOf(PasswordScheme, header) && options.Credentials is { } wanted => IsSame(header[PasswordScheme.Length..].Trim(), wanted)
                ? (new(wanted.Username, Roles.Admin), null)
                : (null, Unauthorized("not authenticated", options)),
            "" when certificate is not null && RolesOf(certificate, options) is var roles and not Roles.None => (new(NameOf(certificate), roles), null),
            "" when certificate is not null && !options.CertificateRoles.IsEmpty && options.Credentials is null =>
                (null, Unauthorized($"the certificate's name {NameOf(certificate)} has no role here (restapi.authentication.certificates)", options)),
            _ when !options.NeedsLogin => (Unasked(context, certificate), null),
            "" => (null, Unauthorized("no auth header received", options)),
            _ => (null, Unauthorized("not authenticated", options)),
        };
    }

    /// <summary>Null when a member may ask another one for its promise: members have a password or a certificate, and no roles.</summary>
    public static Reply? RefusalOfMember(HttpContext context, RestApiOptions options)
    {
        if (options.AsksForCertificates && context.Connection.ClientCertificate is null)
        {
            return Reply.Words(StatusCodes.Status403Forbidden, "client certificate required");
        }

        var header = context.Request.Headers.Authorization.ToString();
        return options.Credentials switch
        {
            null => null,
            _ when header.Length == 0 => Unauthorized("no auth header received", options),
            var credentials when IsOf(PasswordScheme, header) && IsSame(header[PasswordScheme.Length..].Trim(), credentials) => null,
            _ => Unauthorized("not authenticated", options),
        };
    }

    private static async Task<(Caller?, Reply?)> OfBearerAsync(
        HttpContext context, string presented, RestApiOptions options, ImmutableArray<AccessToken> tokens, DateTimeOffset now)
    {
        if (AccessTokens.IdOf(presented) is not null)
        {
            return AccessTokens.Find(tokens, presented, now) is { } token
                ? (new(token.Name, token.Roles), null)
                : (null, Unauthorized("the token is not known, has expired or was revoked", options));
        }

        if (options.Oidc is not { } provider)
        {
            return (null, Unauthorized("the bearer token is none of this cluster's, and no identity provider is configured (restapi.authentication.oidc)", options));
        }

        var (caller, refusal) = await OidcLogin.IdentifyAsync(context, provider, now);
        return caller is null ? (null, Unauthorized(refusal!, options)) : (caller, null);
    }

    /// <summary>Nobody is asked to prove anything here.</summary>
    private static Caller Unasked(HttpContext context, X509Certificate2? certificate)
    {
        if (certificate is not null)
        {
            return new(NameOf(certificate), Roles.Admin);
        }

        var claimed = new string([.. context.Request.Headers[ActorHeader].ToString().Where(letter => !char.IsControl(letter)).Take(ActorLengthMax)]);
        return new($"{(claimed.Length > 0 ? claimed : context.Connection.RemoteIpAddress?.ToString() ?? "somebody")} (unproven)", Roles.Admin);
    }

    private static Roles RolesOf(X509Certificate2 certificate, RestApiOptions options) =>
        options.CertificateRoles.Where(entry => entry.Name == NameOf(certificate)).Aggregate(Roles.None, (roles, entry) => roles | entry.Roles);

    private static string NameOf(X509Certificate2 certificate) => certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);

    private static bool IsOf(string scheme, string header) => header.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);

    private static Reply Unauthorized(string words, RestApiOptions options) => Reply.Words(StatusCodes.Status401Unauthorized, words) with
    {
        Headers = [new("WWW-Authenticate", options.Credentials is null ? "Bearer" : Realm)],
    };

    // Digests have one length, so the comparison takes the same time whatever was sent.
    private static bool IsSame(string presented, RestCredentials credentials)
    {
        var wanted = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}"));
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(presented)),
            SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));
    }
}
