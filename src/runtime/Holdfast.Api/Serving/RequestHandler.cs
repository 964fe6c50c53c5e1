using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Api.Alerts;
using Holdfast.Api.Approvals;
using Holdfast.Api.Contracts;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Api.Dashboard;
using Holdfast.Api.Health;
using Holdfast.Api.Metrics;
using Holdfast.Api.Operations;
using Holdfast.Api.Status;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Serving;

/// <summary>Takes every request to its endpoint and writes the answer.</summary>
internal sealed partial class RequestHandler(IMemberControl control, TimeProvider time, Func<RestApiOptions> options, ILogger logger, CancellationToken stopping)
{
    private const int AuditedLettersMax = 200;
    private static readonly string[] SecretWords = ["password", "passwd", "secret", "token", "credential"];
    private readonly TimeSpan servingSince = time.GetElapsedTime(0);
    private readonly SwitchoverEndpoint switchover = new(control, time);
    private readonly RestartEndpoint restart = new(control);
    private readonly FailsafeEndpoint failsafe = new(control);
    private readonly ConfigurationEndpoint configuration = new(control);
    private readonly ApprovalEndpoint approvals = new(control);
    private readonly EventStream events = new(control, time, time.GetElapsedTime(0), stopping);

    public async Task HandleAsync(HttpContext context)
    {
        var current = options();
        Reply reply;
        try
        {
            if (EventStream.IsAskedBy(context.Request))
            {
                if (await events.ServeAsync(context, options) is not { } refusal)
                {
                    return;
                }

                reply = refusal;
            }
            else
            {
                reply = await AnswerAsync(context, current, context.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return;
        }
        catch (BadHttpRequestException exception)
        {
            reply = Reply.Words(exception.StatusCode, exception.Message);
        }
#pragma warning disable CA1031 // The edge of a request: whatever went wrong, this client is told so and the others are served.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(context.Request.Method, context.Request.Path, exception);
            reply = Reply.Words(StatusCodes.Status500InternalServerError, "the request failed; the member's log says why");
        }

        if (context.Response.HasStarted)
        {
            // A stream that broke in the middle has no room for another answer.
            context.Abort();
            return;
        }

        await WriteAsync(context, reply, current);
    }

    private Task<Reply> AnswerAsync(HttpContext context, RestApiOptions current, CancellationToken cancellationToken)
    {
        var snapshot = MemberSnapshot.Take(control, time, servingSince);
        var path = context.Request.Path.Value ?? "/";
        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method))
        {
            CrossOrigin.Allow(context, snapshot.View);
            return Task.FromResult(
                DashboardFiles.IsBelow(path) ? DashboardFiles.Get(path, context.Request, snapshot.View) : Read(path, context.Request.Query, snapshot, current));
        }

        return IsUnsafeEndpoint(context.Request.Method, path)
            ? (CrossOrigin.Refusal(context.Request) ?? Access.Refusal(context, current, snapshot)) is { } refusal
                ? Task.FromResult(refusal)
                : ChangeAsync(context, path, snapshot, current, cancellationToken)
            : Task.FromResult(Reply.Words(StatusCodes.Status501NotImplemented, "Server does not support this operation"));
    }

    private Reply Read(string path, IQueryCollection query, MemberSnapshot snapshot, RestApiOptions current) => path.TrimEnd('/') switch
    {
        "/patroni" => Status(StatusCodes.Status200OK, snapshot, current),
        "/cluster" => Reply.Json(StatusCodes.Status200OK, ClusterBuilder.Build(snapshot, current), ApiJson.Wire.ClusterOverview),
        "/history" => Reply.RawJson(StatusCodes.Status200OK, HistoryText.Write(snapshot.View)),
        "/config" => configuration.Get(snapshot),
        "/failsafe" => FailsafeEndpoint.Get(snapshot),
        "/metrics" => Reply.Words(StatusCodes.Status200OK, MetricsPage.Write(snapshot, current, control, time)) with { ContentType = MetricsText.ContentType },
        "/liveness" => Reply.Empty(HealthCheck.Liveness(snapshot)),
        "/readiness" => Reply.Empty(HealthCheck.Readiness(query, snapshot)),
        "/holdfast/v1/status" => Reply.Json(StatusCodes.Status200OK, HoldfastStatusBuilder.Build(snapshot, current, control), ApiJson.Wire.HoldfastStatus),
        AlertEndpoint.Path => AlertEndpoint.Get(snapshot, current),
        ApprovalEndpoint.Path => ApprovalEndpoint.Get(snapshot, current),
        "/holdfast/v1/audit" => Reply.RawJson(StatusCodes.Status200OK, $$"""{"scope":{{System.Text.Json.JsonSerializer.Serialize(current.Scope, ApiJson.Wire.String)}},"entries":[{{string.Join(',', control.Audit)}}]}"""),
        "/holdfast/v1/decisions" => Reply.Json(StatusCodes.Status200OK, HoldfastStatusBuilder.Decisions(current, control), ApiJson.Wire.DecisionList),
        var other when other.StartsWith("/holdfast/", StringComparison.Ordinal) => NoSuchResource(other),
        var check => Status(HealthCheck.Status(check, query, snapshot, current.TagsJson), snapshot, current),
    };

    private async Task<Reply> ChangeAsync(HttpContext context, string path, MemberSnapshot snapshot, RestApiOptions current, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var endpoint = $"{request.Method} {path.TrimEnd('/')}";
        var body = await RequestBody.ReadAsync(request, IsBodyOptional(endpoint), cancellationToken);
        if (body.Refusal is { } refusal)
        {
            return refusal;
        }

        var reply = await CarryOutAsync(context, endpoint, body, snapshot, current, cancellationToken);
        if (endpoint != "POST /failsafe")
        {
            await AuditAsync(context, endpoint, body, reply, current, cancellationToken);
        }

        return reply;
    }

    /// <summary>Who asked for what, and what came of it. That it could not be written down does not undo it.</summary>
    private async Task AuditAsync(HttpContext context, string endpoint, RequestBody body, Reply reply, RestApiOptions current, CancellationToken cancellationToken)
    {
        var details = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            new Dictionary<string, string>
            {
                ["from"] = context.Connection.RemoteIpAddress?.ToString() ?? "",
                ["status"] = reply.Status.ToString(CultureInfo.InvariantCulture),
                ["answer"] = Kept(Encoding.UTF8.GetString(reply.Body.Span)),
                ["asked"] = Kept(body.Object.GetRawText()),
            });
        var kind = endpoint switch
        {
            "PATCH /config" or "PUT /config" => "configuration",
            _ when endpoint.StartsWith("POST " + ApprovalEndpoint.Path, StringComparison.Ordinal) => "approval",
            _ => "operation",
        };
        if (!await control.AuditAsync(new AuditFact(kind, Access.Who(context, current), endpoint, details), cancellationToken))
        {
            LogNotAudited(endpoint, Access.Who(context, current));
        }
    }

    /// <summary>A setting may hold a password, and this is kept.</summary>
    private static string Kept(string text) => text switch
    {
        _ when SecretWords.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) => "not kept, since it may hold a secret",
        { Length: > AuditedLettersMax } => text[..AuditedLettersMax] + "…",
        _ => text,
    };

    private async Task<Reply> CarryOutAsync(
        HttpContext context, string endpoint, RequestBody body, MemberSnapshot snapshot, RestApiOptions current, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var path = request.Path.Value ?? "/";
        var ifMatch = request.Headers.IfMatch.ToString() is { Length: > 0 } tag ? tag : null;
        return endpoint switch
        {
            "PATCH /config" => await configuration.PatchAsync(body, ifMatch, snapshot, cancellationToken),
            "PUT /config" => await configuration.PutAsync(body, ifMatch, cancellationToken),
            "POST /switchover" => await switchover.PostAsync(body, SwitchoverEndpoint.Switchover, snapshot, current.Limits, cancellationToken),
            "POST /failover" => await switchover.PostAsync(body, SwitchoverEndpoint.Failover, snapshot, current.Limits, cancellationToken),
            "DELETE /switchover" => await switchover.DeleteAsync(snapshot, cancellationToken),
            "POST /restart" => await restart.PostAsync(body, snapshot, cancellationToken),
            "DELETE /restart" => await restart.DeleteAsync(cancellationToken),
            "POST /reload" => await ReloadAsync(cancellationToken),
            "POST /reinitialize" => await ReinitializeAsync(snapshot, cancellationToken),
            _ when ApprovalEndpoint.IsVote(request.Method, path) => await approvals.PostAsync(path, body, Access.Who(context, current), snapshot, cancellationToken),
            _ => await failsafe.PostAsync(body, snapshot, cancellationToken),
        };
    }

    private static bool IsUnsafeEndpoint(string method, string path) => $"{method} {path.TrimEnd('/')}" is
        "PATCH /config" or "PUT /config" or "POST /switchover" or "POST /failover" or "DELETE /switchover" or "POST /restart"
        or "DELETE /restart" or "POST /reload" or "POST /reinitialize" or "POST /failsafe"
        || ApprovalEndpoint.IsVote(method, path);

    private static bool IsBodyOptional(string endpoint) =>
        endpoint is "POST /restart" or "POST /reload" or "POST /reinitialize" or "POST /failsafe"
        || endpoint.StartsWith("DELETE", StringComparison.Ordinal) || endpoint.StartsWith("POST " + ApprovalEndpoint.Path, StringComparison.Ordinal);

    private async Task<Reply> ReloadAsync(CancellationToken cancellationToken)
    {
        var answer = await control.ReloadAsync(cancellationToken);
        return answer.Outcome is ControlOutcome.Done or ControlOutcome.Scheduled
            ? Reply.Words(StatusCodes.Status202Accepted, "reload scheduled")
            : Reply.Words(StatusCodes.Status503ServiceUnavailable, answer.Words);
    }

    private async Task<Reply> ReinitializeAsync(MemberSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.HoldsLease)
        {
            return Reply.Words(StatusCodes.Status503ServiceUnavailable, "I am the leader, can not reinitialize");
        }

        var answer = await control.ReinitializeAsync(cancellationToken);
        return answer.Outcome is ControlOutcome.Done or ControlOutcome.Scheduled
            ? Reply.Words(StatusCodes.Status200OK, "reinitialize started")
            : Reply.Words(StatusCodes.Status503ServiceUnavailable, answer.Words);
    }

    private Reply Status(int status, MemberSnapshot snapshot, RestApiOptions current) =>
        Reply.Json(status, MemberStatusBuilder.Build(snapshot, current, control.Fences), ApiJson.Wire.MemberStatus);

    private static Reply NoSuchResource(string path)
    {
        var problem = new Problem { Type = "urn:holdfast:no-such-resource", Title = "There is no such resource", Status = StatusCodes.Status404NotFound, Detail = path };
        return Reply.Json(problem.Status, problem, ApiJson.Wire.Problem) with { ContentType = "application/problem+json" };
    }

    private static async Task WriteAsync(HttpContext context, Reply reply, RestApiOptions current)
    {
        var response = context.Response;
        response.StatusCode = reply.Status;
        foreach (var (name, value) in reply.Headers.Concat(current.ExtraHeaders))
        {
            response.Headers[name] = value;
        }

        if (reply.ContentType.Length > 0)
        {
            response.ContentType = reply.ContentType;
        }

        // HAProxy reads the status of an OPTIONS request and nothing more.
        var isBodyless = HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method);
        if (!isBodyless && reply.Status != StatusCodes.Status304NotModified)
        {
            response.ContentLength = reply.Body.Length;
            await response.BodyWriter.WriteAsync(reply.Body, context.RequestAborted);
        }
    }

    [LoggerMessage(3002, LogLevel.Warning, "{Endpoint} by {Who} could not be written to the audit trail")]
    private partial void LogNotAudited(string endpoint, string who);

    [LoggerMessage(3001, LogLevel.Error, "The request {Method} {Path} failed")]
    private partial void LogFailed(string method, string path, Exception exception);
}
