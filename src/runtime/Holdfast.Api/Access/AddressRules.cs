using System.Net;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Access;

/// <summary>From where unsafe requests may come.</summary>
internal static class AddressRules
{
    /// <summary>Null when the client may.</summary>
    public static Reply? Refusal(HttpContext context, RestApiOptions options, MemberSnapshot snapshot) =>
        IsAllowed(context.Connection.RemoteIpAddress, options, snapshot) ? null : Reply.Words(StatusCodes.Status403Forbidden, "Access is denied");

    private static bool IsAllowed(IPAddress? address, RestApiOptions options, MemberSnapshot snapshot)
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
