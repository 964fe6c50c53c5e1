using System.Text.Json;
using Holdfast.Api.Approvals;
using Holdfast.Api.Dashboard;
using Holdfast.Api.Health;
using Holdfast.Api.Operations;
using Holdfast.Api.Serving;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Access;

/// <summary>What each request needs.</summary>
internal static class EndpointRights
{
    /// <summary>Null when the caller may; otherwise it is told which role it lacks.</summary>
    public static Reply? Refusal(Caller caller, string endpoint, RequestBody body)
    {
        if (endpoint == LoginEndpoint.Endpoint)
        {
            return null;
        }

        return Refusal(caller, endpoint, Of(endpoint, body));
    }

    public static Reply? Refusal(Caller caller, string endpoint, Right right) => RoleRules.Allows(caller.Roles, right)
        ? null
        : Reply.Words(
            StatusCodes.Status403Forbidden,
            $"{caller.Name} has {RoleRules.Describe(caller.Roles)}; {endpoint} needs {RoleRules.Describe(RoleRules.Needed(right), " or ")}");

    /// <summary>
    /// What is answered to all even where looking needs a role: what load balancers and Kubernetes ask, and the dashboard's files, which are the same everywhere.
    /// Whatever is not named here needs a role.
    /// </summary>
    public static bool IsOpen(string path) => HealthCheck.IsCheck(path) || DashboardFiles.IsBelow(path);

    private static Right Of(string endpoint, RequestBody body) => endpoint switch
    {
        "PATCH /config" => IsPause(body.Object) ? Right.Operate : Right.Administer,
        "PUT /config" => Right.Administer,
        _ when endpoint.Split(' ')[1].StartsWith(TokenEndpoint.Path, StringComparison.Ordinal) => Right.Administer,
        _ when endpoint.StartsWith($"POST {ApprovalEndpoint.Path}", StringComparison.Ordinal) => Right.Approve,
        _ => Right.Operate,
    };

    /// <summary>Nothing but pause or resume.</summary>
    private static bool IsPause(JsonElement body) => body.EnumerateObject().All(setting => setting.NameEquals("pause"));
}
