using System.Net;
using System.Security.Cryptography;
using System.Text;
using Holdfast.Api.Status;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Serving;

/// <summary>Who may make unsafe requests.</summary>
internal static class Access
{
    private const string Realm = "Basic realm=\"Patroni\"";
    private const string Scheme = "Basic ";
    private const string ActorHeader = "Holdfast-Actor";
    private const int ActorLengthMax = 100;

    /// <summary>Null when the client may; otherwise what it is told.</summary>
    public static Reply? Refusal(HttpContext context, RestApiOptions options, MemberSnapshot snapshot)
    {
        if (!IsAllowedAddress(context.Connection.RemoteIpAddress, options, snapshot))
        {
            return Reply.Words(StatusCodes.Status403Forbidden, "Access is denied");
        }

        // The handshake has refused every certificate that does not verify, so one that is here is a good one.
        if (options.Tls is { VerifyClient: not ClientCertificates.None } && context.Connection.ClientCertificate is null)
        {
            return Reply.Words(StatusCodes.Status403Forbidden, "client certificate required");
        }

        return options.Credentials is { } credentials ? RefusalOf(context.Request.Headers.Authorization.ToString(), credentials) : null;
    }

    /// <summary>Whose request it is: by the name that was proven, or else as the client calls itself, which is said.</summary>
    public static string Who(HttpContext context, RestApiOptions options)
    {
        if (options.Credentials is { } credentials)
        {
            return credentials.Username;
        }

        if (context.Connection.ClientCertificate is { } certificate)
        {
            return certificate.GetNameInfo(System.Security.Cryptography.X509Certificates.X509NameType.SimpleName, forIssuer: false);
        }

        var claimed = new string([.. context.Request.Headers[ActorHeader].ToString().Where(letter => !char.IsControl(letter)).Take(ActorLengthMax)]);
        return $"{(claimed.Length > 0 ? claimed : context.Connection.RemoteIpAddress?.ToString() ?? "somebody")} (unproven)";
    }

    private static Reply? RefusalOf(string header, RestCredentials credentials)
    {
        var words = header switch
        {
            "" => "no auth header received",
            _ when !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || !IsSame(header[Scheme.Length..].Trim(), credentials) => "not authenticated",
            _ => null,
        };
        return words is null ? null : Reply.Words(StatusCodes.Status401Unauthorized, words) with { Headers = [new("WWW-Authenticate", Realm)] };
    }

    // Digests have one length, so the comparison takes the same time whatever was sent.
    private static bool IsSame(string presented, RestCredentials credentials)
    {
        var wanted = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{credentials.Username}:{credentials.Password}"));
        return CryptographicOperations.FixedTimeEquals(
            SHA256.HashData(Encoding.UTF8.GetBytes(presented)),
            SHA256.HashData(Encoding.UTF8.GetBytes(wanted)));
    }

    private static bool IsAllowedAddress(IPAddress? address, RestApiOptions options, MemberSnapshot snapshot)
    {
        if (options.AllowList.IsEmpty && !options.AllowListIncludesMembers)
        {
            return true;
        }

        if (address is null)
        {
            return false;
        }

        var client = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.AllowList.Any(entry => Contains(entry, client))
            || (options.AllowListIncludesMembers && Members(snapshot).Any(host => Contains(host, client)));
    }

    private static IEnumerable<string> Members(MemberSnapshot snapshot) =>
        from member in snapshot.View?.Store.Members ?? []
        where Uri.TryCreate(member.ApiUrl, UriKind.Absolute, out _)
        select new Uri(member.ApiUrl).Host.Trim('[', ']');

    // Host names are not looked up while a request waits; an operator's list of networks is the usual one.
    private static bool Contains(string entry, IPAddress client) =>
        entry.Contains('/', StringComparison.Ordinal)
            ? IPNetwork.TryParse(entry, out var network) && network.Contains(client)
            : IPAddress.TryParse(entry, out var single) ? single.Equals(client) : entry == "localhost" && IPAddress.IsLoopback(client);
}
