using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Holdfast.KubernetesApi;

/// <summary>From a request to its answer.</summary>
internal sealed class ApiRequests(ApiStorage storage, ApiFaults faults, Func<string, bool> isWelcome, TimeProvider time)
{
    private const int BodyBytesMax = 3 * 1024 * 1024;
    private (long Revision, Dictionary<string, JsonObject> Lists)? stale;

    /// <summary>What was asked and answered, in order, such as <c>patch leases 200</c>.</summary>
    public ConcurrentQueue<string> Told { get; } = new();

    public async Task AnswerAsync(HttpContext context, CancellationToken cancellationToken)
    {
        try
        {
            if (faults.Delay > TimeSpan.Zero)
            {
                await Task.Delay(faults.Delay, time, cancellationToken);
            }

            await faults.Hanging.WaitAsync(cancellationToken);
            await CarryOutAsync(context, cancellationToken);
        }
        catch (ApiException refusal)
        {
            if (refusal.RetryAfter is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            Tell(context, refusal.Code);
            await SendAsync(context, refusal.Code, refusal.ToStatus(), cancellationToken);
        }
        catch (JsonException broken)
        {
            await SendAsync(context, 400, ApiException.Bad(broken.Message).ToStatus(), cancellationToken);
        }
    }

    private async Task CarryOutAsync(HttpContext context, CancellationToken cancellationToken)
    {
        var request = context.Request;
        if (!isWelcome(request.Headers.Authorization.ToString()))
        {
            throw ApiException.Unauthorized();
        }

        var target = ApiTarget.Parse(request.Path.Value ?? "") ?? throw new ApiException(404, "NotFound", "the server could not find the requested resource");
        var verb = VerbOf(request, target);
        if (faults.Forbids.Contains($"{verb} {target.Resource.Plural}"))
        {
            throw ApiException.Forbidden(target.Resource, target.Name, verb, target.Namespace);
        }

        if (faults.TakeRefusal(verb, target.Resource) is { } refused)
        {
            throw ApiException.OfFault(refused.Status, refused.RetryAfter, target, verb);
        }

        if (verb == "watch")
        {
            await new ApiWatch(storage, faults, target, context, time).RunAsync(cancellationToken);
            return;
        }

        var body = await BodyAsync(request, cancellationToken);
        var answer = Answer(verb, target, body, request);
        Tell(context, verb == "create" ? 201 : 200);
        if (verb is not ("get" or "list") && faults.LosesAnswer())
        {
            context.Abort();
            return;
        }

        await SendAsync(context, verb == "create" ? 201 : 200, answer, cancellationToken);
    }

    private void Tell(HttpContext context, int status)
    {
        if (ApiTarget.Parse(context.Request.Path.Value ?? "") is { } target)
        {
            Told.Enqueue(string.Create(CultureInfo.InvariantCulture, $"{context.Request.Method.ToLowerInvariant()} {target.Resource.Plural} {status}"));
        }
    }

    private static string VerbOf(HttpRequest request, ApiTarget target) => (request.Method, target.Name) switch
    {
        ("GET", null) => request.Query["watch"].FirstOrDefault() is "1" or "true" ? "watch" : "list",
        ("GET", _) => "get",
        ("POST", null) => "create",
        ("PUT", not null) => "update",
        ("PATCH", not null) => request.ContentType?.Split(';')[0] is "application/merge-patch+json" or "application/strategic-merge-patch+json"
            ? "patch"
            : throw new ApiException(415, "UnsupportedMediaType", "the body of the request was in an unknown format"),
        ("DELETE", not null) => "delete",
        _ => throw new ApiException(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"),
    };

    private JsonObject Answer(string verb, ApiTarget target, JsonObject? body, HttpRequest request)
    {
        switch (verb)
        {
            case "get":
                return storage.Get(target);
            case "list":
                return List(target, request);
            case "create":
                return storage.Create(target, body ?? throw ApiException.Bad("no body"));
            case "update":
                return storage.Replace(target, body ?? throw ApiException.Bad("no body"));
            case "patch":
                return storage.Patch(target, body ?? throw ApiException.Bad("no body"));
            default:
                storage.Delete(target, body);
                return new() { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success" };
        }
    }

    private JsonObject List(ApiTarget target, HttpRequest request)
    {
        var (labels, fields) = (request.Query["labelSelector"].FirstOrDefault(), request.Query["fieldSelector"].FirstOrDefault());
        var (revision, items) = storage.List(target, labels, fields);
        var list = new JsonObject
        {
            ["kind"] = target.Resource.Kind + "List",
            ["apiVersion"] = target.Resource.ApiVersion,
            ["metadata"] = new JsonObject { ["resourceVersion"] = revision.ToString(CultureInfo.InvariantCulture) },
            ["items"] = new JsonArray([.. items]),
        };
        return request.Query["resourceVersion"].FirstOrDefault() == "0" ? Stale(request.Path + request.QueryString, list) : list;
    }

    private JsonObject Stale(string which, JsonObject now)
    {
        if (!faults.ServesStaleLists)
        {
            stale = null;
            return now;
        }

        stale ??= (storage.Revision, []);
        return (JsonObject)(stale.Value.Lists.TryAdd(which, now) ? now : stale.Value.Lists[which]).DeepClone();
    }

    private static async Task<JsonObject?> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await request.Body.CopyToAsync(bytes, cancellationToken);
        if (bytes.Length > BodyBytesMax)
        {
            throw new ApiException(413, "RequestEntityTooLarge", $"Request entity too large: limit is {BodyBytesMax}");
        }

        return bytes.Length == 0 ? null : JsonNode.Parse(bytes.ToArray()) as JsonObject;
    }

    private static async Task SendAsync(HttpContext context, int status, JsonObject body, CancellationToken cancellationToken)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body.ToJsonString()), cancellationToken);
    }
}
