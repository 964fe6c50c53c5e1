using Holdfast.Api.Serving;
using Holdfast.Model;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Dashboard;

/// <summary>
/// What a page of another origin may do: nothing, except that a dashboard which one member has served may read from the others when that
/// member is gone.
/// </summary>
internal static class CrossOrigin
{
    /// <summary>Lets the page read the answer if a member of this cluster has served it.</summary>
    public static void Allow(HttpContext context, ClusterView? view)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0)
        {
            context.Response.Headers.Vary = "Origin";
            if (MemberOrigins(view).Contains(origin, StringComparer.OrdinalIgnoreCase))
            {
                context.Response.Headers.AccessControlAllowOrigin = origin;
            }
        }
    }

    /// <summary>Null unless a browser asks beforehand what a page's request may carry, which it asks without any proof: what a reading dashboard sends.</summary>
    public static Reply? Preflight(HttpRequest request) =>
        HttpMethods.IsOptions(request.Method) && request.Headers.ContainsKey("Access-Control-Request-Method")
            ? Reply.Empty(StatusCodes.Status204NoContent) with { Headers = [new("Access-Control-Allow-Headers", "authorization, if-none-match")] }
            : null;

    /// <summary>Null unless a browser says that a page of another origin makes this request. Programs that are no browsers say nothing.</summary>
    public static Reply? Refusal(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        var isForeign = site.Length > 0
            ? site is not ("same-origin" or "none")
            : origin.Length > 0 && !(Uri.TryCreate(origin, UriKind.Absolute, out var page) && IsSameHost(page, request));
        return isForeign ? Reply.Words(StatusCodes.Status403Forbidden, "pages of other sites may not change anything here") : null;
    }

    /// <summary>Where the members' REST interfaces are, as a browser writes an origin.</summary>
    public static IEnumerable<string> MemberOrigins(ClusterView? view) => (view?.Store.Members ?? []).Select(member => OriginOf(member.ApiUrl)).OfType<string>();

    /// <summary>Null for what is no address of a web server.</summary>
    public static string? OriginOf(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var url)
            && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps)
            && Uri.CheckHostName(url.Host) != UriHostNameType.Unknown
            ? url.GetLeftPart(UriPartial.Authority).Replace(url.UserInfo.Length > 0 ? url.UserInfo + "@" : "\0", "", StringComparison.Ordinal)
            : null;

    // A host without a port has the port of the page's scheme: a proxy in front may speak TLS where this server does not.
    private static bool IsSameHost(Uri page, HttpRequest request) =>
        string.Equals(page.IdnHost, request.Host.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase) && page.Port == (request.Host.Port ?? page.Port);
}
