using System.Globalization;
using System.Text.Json.Nodes;

namespace Holdfast.KubernetesApi;

/// <summary>An answer that is a Status object, in the words of the real server.</summary>
public sealed class ApiException(int code, string reason, string message, JsonObject? details = null) : Exception(message)
{
    public int Code => code;

    /// <summary>Seconds of the header Retry-After.</summary>
    public int? RetryAfter { get; init; }

    public static ApiException NotFound(ApiResource resource, string name) =>
        new(404, "NotFound", $"{resource.Qualified} \"{name}\" not found", Details(resource, name));

    public static ApiException AlreadyExists(ApiResource resource, string name) =>
        new(409, "AlreadyExists", $"{resource.Qualified} \"{name}\" already exists", Details(resource, name));

    public static ApiException Modified(ApiResource resource, string name) => Conflict(
        resource, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Conflict(ApiResource resource, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {resource.Qualified} \"{name}\": {why}", Details(resource, name));

    public static ApiException Forbidden(ApiResource resource, string? name, string verb, string @namespace) => new(
        403,
        "Forbidden",
        $"{resource.Qualified}{(name is null ? "" : $" \"{name}\"")} is forbidden: User \"system:serviceaccount:{@namespace}:postgres\" cannot {verb} resource \"{resource.Plural}\" in API group \"{resource.Group}\" in the namespace \"{@namespace}\"",
        Details(resource, name ?? ""));

    public static ApiException Invalid(ApiResource resource, string name, string why) =>
        new(422, "Invalid", $"{resource.Kind} \"{name}\" is invalid: {why}", Details(resource, name));

    public static ApiException Bad(string why) => new(400, "BadRequest", why);

    public static ApiException Unauthorized() => new(401, "Unauthorized", "Unauthorized");

    public static ApiException Gone(long asked, long oldest) => new(
        410, "Expired", string.Create(CultureInfo.InvariantCulture, $"too old resource version: {asked} ({oldest})"));

    /// <summary>What a fault that a test switched on answers.</summary>
    internal static ApiException OfFault(int code, int? retryAfter, ApiTarget target, string verb) => code switch
    {
        403 => Forbidden(target.Resource, target.Name, verb, target.Namespace),
        409 => Conflict(target.Resource, target.Name ?? "", "the resource quota has been modified; please apply your changes to the latest version and try again"),
        429 => new(429, "TooManyRequests", "The apiserver is overloaded, please try again later.") { RetryAfter = retryAfter ?? 1 },
        503 => new(503, "ServiceUnavailable", "the server is currently unable to handle the request") { RetryAfter = retryAfter },
        504 => new(504, "Timeout", "Timeout: request did not complete within the allotted timeout"),
        _ => new(code, "InternalError", "Internal error occurred: etcdserver: request timed out"),
    };

    public JsonObject ToStatus() => new()
    {
        ["kind"] = "Status",
        ["apiVersion"] = "v1",
        ["metadata"] = new JsonObject(),
        ["status"] = "Failure",
        ["message"] = Message,
        ["reason"] = reason,
        ["details"] = details?.DeepClone(),
        ["code"] = code,
    };

    private static JsonObject Details(ApiResource resource, string name) => resource.Group.Length == 0
        ? new() { ["name"] = name, ["kind"] = resource.Plural }
        : new() { ["name"] = name, ["group"] = resource.Group, ["kind"] = resource.Plural };
}
