using System.Collections.Immutable;
using System.Net;
using Holdfast.Configuration.Yaml;
using Holdfast.Model.Access;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads <c>restapi.authentication</c>: the password, and who else may do what.</summary>
internal static class AccessReader
{
    private const string RolesExpected = "a role, or a list of roles: viewer, operator, approver, admin";

    public static AccessConfiguration Read(Section restapi)
    {
        var section = restapi.Inner("authentication");
        var access = new AccessConfiguration
        {
            Password = ReadCredentials(restapi, section),
            IsRequired = section.Flag("required") ?? false,
            ReadingNeedsRole = section.Word("reading", ("open", false), ("viewer", true)) ?? false,
            Certificates = ReadRoles(section.Inner("certificates")),
            Oidc = ReadOidc(section),
        };
        section.RefuseUnknown();
        if (!access.Certificates.IsEmpty && restapi.Node("verify_client") is null)
        {
            section.Error("certificates", "nobody is asked for a certificate; write restapi.verify_client as well");
        }

        return access;
    }

    /// <summary>Members ask each other how they are before one takes another's place, so each of them must be able to look.</summary>
    public static void CheckReading(Section root, RestApiConfiguration? api, CtlConfiguration ctl)
    {
        if (api is { Access.ReadingNeedsRole: true, VerifyClient: ClientVerification.None } && ctl is { Authentication: null, Token: null })
        {
            root.Inner("restapi").Inner("authentication").Error(
                "reading", "leaves the members nothing to show to each other; write username and password, or ctl.token, or restapi.verify_client as well");
        }
    }

    /// <summary>User and password, both or neither.</summary>
    public static Credentials? ReadCredentials(Section parent, Section section)
    {
        var username = section.Text("username");
        var password = section.Text("password");
        if ((username is null) != (password is null))
        {
            parent.Error("authentication", "needs both username and password");
        }

        return username is not null && password is not null ? new(username, password) : null;
    }

    private static OidcConfiguration? ReadOidc(Section parent)
    {
        var section = parent.Inner("oidc");
        if (!section.IsPresent)
        {
            return null;
        }

        var initial = new OidcConfiguration { Issuer = new("https://issuer.invalid"), Audience = "" };
        var issuer = ReadIssuer(section);
        var audience = section.RequiredText("audience", "holdfast");
        var roles = ReadRoles(section.Inner("roles"));
        if (roles.IsEmpty)
        {
            section.Missing("roles", "{database-admins: admin}");
        }

        var provider = initial with
        {
            Issuer = issuer ?? initial.Issuer,
            Audience = audience ?? "",
            NameClaim = section.Text("name_claim") ?? initial.NameClaim,
            RolesClaim = section.Text("roles_claim") ?? initial.RolesClaim,
            Roles = roles,
            CaFile = section.Text("cafile"),
        };
        section.RefuseUnknown();
        return issuer is null ? null : provider;
    }

    /// <summary>What is fetched from it decides who is believed, so it is fetched by TLS.</summary>
    private static Uri? ReadIssuer(Section section)
    {
        if (section.RequiredText("issuer", "https://id.example.org/realms/ops") is not { } text)
        {
            return null;
        }

        var isUrl = Uri.TryCreate(text, UriKind.Absolute, out var issuer)
            && (issuer.Scheme == Uri.UriSchemeHttps || (issuer.Scheme == Uri.UriSchemeHttp && IsLoopback(issuer.Host)));
        if (!isUrl)
        {
            section.Error("issuer", "must be an address that begins with https://");
            return null;
        }

        return issuer;
    }

    private static bool IsLoopback(string host) => host == "localhost" || (IPAddress.TryParse(host.Trim('[', ']'), out var address) && IPAddress.IsLoopback(address));

    private static ImmutableArray<GrantedRoles> ReadRoles(Section section)
    {
        var granted = ImmutableArray.CreateBuilder<GrantedRoles>();
        foreach (var entry in section.Entries)
        {
            var words = entry.Value switch
            {
                ConfigNode.Scalar scalar => scalar.Text.Split(',', StringSplitOptions.TrimEntries),
                ConfigNode.Sequence sequence => [.. sequence.Items.OfType<ConfigNode.Scalar>().Select(item => item.Text)],
                _ => [],
            };
            if (words.Length > 0 && RoleRules.Parse(words) is { } roles)
            {
                granted.Add(new(entry.Key, roles));
            }
            else
            {
                section.Wrong(entry.Key, entry.Value, RolesExpected);
            }
        }

        return granted.ToImmutable();
    }
}
