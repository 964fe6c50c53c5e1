using Holdfast.Api.Contracts;
using Holdfast.Api.Serving;
using Holdfast.Model.Access;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Access;

/// <summary>Says who the caller is. Nothing is opened by it: every request proves itself.</summary>
internal static class LoginEndpoint
{
    public const string Endpoint = "POST /holdfast/v1/login";

    public static Reply Post(Caller caller) =>
        Reply.Json(StatusCodes.Status200OK, new LoginStatus { Name = caller.Name, Roles = [.. RoleRules.WordsOf(caller.Roles)] }, ApiJson.Wire.LoginStatus);
}
