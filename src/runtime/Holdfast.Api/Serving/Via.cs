using Holdfast.Api.Approvals;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Serving;

/// <summary>By what a request was made, as it says itself: it is written down, and nothing is decided by it.</summary>
internal static class Via
{
    public const string Rest = "rest";
    public const string Dashboard = "dashboard";
    public const string Link = "link";

    private const string Header = "Holdfast-Via";

    /// <summary>What is not known counts as any program.</summary>
    public static string Of(HttpRequest request) => LinkEndpoint.IsAsked(request) ? Link : request.Headers[Header].ToString() == Dashboard ? Dashboard : Rest;
}
