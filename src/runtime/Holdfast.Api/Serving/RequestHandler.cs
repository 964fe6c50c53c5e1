using Holdfast.Api.Access;
using Holdfast.Api.Alerts;
using Holdfast.Api.Approvals;
using Holdfast.Api.Audit;
using Holdfast.Api.Clusters;
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
internal sealed partial class RequestHandler(
    IMemberControl control, SharedNamespace? shared, TimeProvider time, Func<RestApiOptions> options, RequestAudit audit, ILogger logger, CancellationToken stopping)
{
    private readonly TimeSpan servingSince = time.GetElapsedTime(0);
    private readonly SwitchoverEndpoint switchover = new(control, time);
    private readonly RestartEndpoint restart = new(control);
    private readonly FailsafeEndpoint failsafe = new(control);
    private readonly ConfigurationEndpoint configuration = new(control);
    private readonly ApprovalEndpoint approvals = new(control);
    private readonly TokenEndpoint tokens = new(control, time);
    private readonly ClustersEndpoint clusters = new(shared, time, stopping);
    private readonly AlertAnswerEndpoint alertAnswers = new(control, time);
    private readonly ReadingGate gate = new(control, time, audit);
    private readonly EventStream events = new(control, time, time.GetElapsedTime(0), stopping);

    public async Task HandleAsync(HttpContext context)
    {
        var current = options();
        Reply reply;
        try
        {
            if (EventStream.IsAskedBy(context.Request))
            {
                CrossOrigin.Allow(context, control.View);
                var refusal = await gate.RefusalAsync(context, current, context.RequestAborted)
                    ?? await events.ServeAsync(context, options, () => gate.MayLookAsync(context, options()));
                if (refusal is null)
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
        if (LinkEndpoint.IsAsked(context.Request))
        {
            return FollowLinkAsync(context, path, snapshot, current, cancellationToken);
        }

        if (IsUnsafeEndpoint(context.Request.Method, path))
        {
            return ChangeAsync(context, path, snapshot, current, cancellationToken);
        }

        if (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method) || HttpMethods.IsOptions(context.Request.Method))
        {
            return LookAsync(context, path, snapshot, current, cancellationToken);
        }

        return Task.FromResult(Reply.Words(StatusCodes.Status501NotImplemented, "Server does not support this operation"));
    }

    private async Task<Reply> LookAsync(HttpContext context, string path, MemberSnapshot snapshot, RestApiOptions current, CancellationToken cancellationToken)
    {
        var request = context.Request;
        CrossOrigin.Allow(context, snapshot.View);
        return CrossOrigin.Preflight(request) ?? await gate.RefusalAsync(context, current, cancellationToken) ?? path switch
        {
            _ when ClustersEndpoint.IsAskedBy(request) => await clusters.GetAsync(request, snapshot, current),
            _ when DashboardFiles.IsBelow(path) => DashboardFiles.Get(path, request, snapshot.View),
            _ when HealthCheck.IsCheck(path) && !await gate.MayLookAsync(context, current) => Reply.Empty(Read(path, request.Query, snapshot, current).Status),
            _ => Read(path, request.Query, snapshot, current),
        };
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
        AuditEndpoint.Path => AuditEndpoint.Get(control.Audit, control.Attempts, current),
        "/holdfast/v1/decisions" => Reply.Json(StatusCodes.Status200OK, HoldfastStatusBuilder.Decisions(current, control), ApiJson.Wire.DecisionList),
        var other when other.StartsWith("/holdfast/", StringComparison.Ordinal) => NoSuchResource(other),
        var check => Status(HealthCheck.Status(check, query, snapshot, current.TagsJson), snapshot, current),
    };

    private async Task<Reply> ChangeAsync(HttpContext context, string path, MemberSnapshot snapshot, RestApiOptions current, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var endpoint = $"{request.Method} {path.TrimEnd('/')}";
        if ((CrossOrigin.Refusal(request) ?? AddressRules.Refusal(context, current, snapshot)) is { } stranger)
        {
            return stranger;
        }

        if (endpoint == FailsafeEndpoint.Endpoint)
        {
            return Identification.RefusalOfMember(context, current) ?? await ConfirmAsync(request, snapshot, cancellationToken);
        }

        var (caller, unknown) = await Identification.IdentifyAsync(context, current, control.Tokens, snapshot.UtcNow);
        if (caller is null)
        {
            await audit.WriteRefusalAsync(context, endpoint, unknown!, cancellationToken);
            return unknown!;
        }

        var body = await RequestBody.ReadAsync(request, IsBodyOptional(endpoint), cancellationToken);
        if (body.Refusal is { } malformed)
        {
            return malformed;
        }

        var reply = EndpointRights.Refusal(caller, endpoint, body)
            ?? await CarryOutAsync(endpoint, path, request, caller, body, snapshot, current, cancellationToken);
        if (!HttpMethods.IsGet(request.Method))
        {
            await audit.WriteAsync(context, caller, endpoint, body, reply, cancellationToken);
        }

        return reply;
    }

    private async Task<Reply> FollowLinkAsync(HttpContext context, string path, MemberSnapshot snapshot, RestApiOptions current, CancellationToken cancellationToken)
    {
        var request = context.Request;
        var (caller, refusal) = LinkEndpoint.Identify(request, snapshot);
        if (caller is null || !HttpMethods.IsPost(request.Method))
        {
            return refusal ?? LinkEndpoint.Show(request, caller!, snapshot, current);
        }

        if ((CrossOrigin.Refusal(request) ?? AddressRules.Refusal(context, current, snapshot)) is { } stranger)
        {
            return stranger;
        }

        var reply = await approvals.PostAsync(path, RequestBody.Empty, caller.Name, "link", snapshot, cancellationToken);
        await audit.WriteAsync(context, caller, $"POST {path.TrimEnd('/')}", RequestBody.Empty, reply, cancellationToken);
        return LinkEndpoint.Told(reply);
    }

    private async Task<Reply> ConfirmAsync(HttpRequest request, MemberSnapshot snapshot, CancellationToken cancellationToken)
    {
        var claim = await RequestBody.ReadAsync(request, mayBeAbsent: true, cancellationToken);
        return claim.Refusal ?? await failsafe.PostAsync(claim, snapshot, cancellationToken);
    }

    private async Task<Reply> CarryOutAsync(
        string endpoint, string path, HttpRequest request, Caller caller, RequestBody body, MemberSnapshot snapshot, RestApiOptions current, CancellationToken cancellationToken)
    {
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
            LoginEndpoint.Endpoint => LoginEndpoint.Post(caller),
            $"GET {TokenEndpoint.Path}" => tokens.Get(),
            $"POST {TokenEndpoint.Path}" => await tokens.PostAsync(body, caller, cancellationToken),
            _ when TokenEndpoint.Is(request.Method, path) => await tokens.DeleteAsync(path, cancellationToken),
            _ when AlertAnswerEndpoint.IsAnswer(request.Method, path) => await alertAnswers.AnswerAsync(request.Method, path, body, caller.Name, cancellationToken),
            _ => await approvals.PostAsync(path, body, caller.Name, Via.Of(request), snapshot, cancellationToken),
        };
    }

    private static bool IsUnsafeEndpoint(string method, string path) => $"{method} {path.TrimEnd('/')}" is
        "PATCH /config" or "PUT /config" or "POST /switchover" or "POST /failover" or "DELETE /switchover" or "POST /restart"
        or "DELETE /restart" or "POST /reload" or "POST /reinitialize" or FailsafeEndpoint.Endpoint or LoginEndpoint.Endpoint
        || ApprovalEndpoint.IsVote(method, path) || TokenEndpoint.Is(method, path) || AlertAnswerEndpoint.IsAnswer(method, path);

    private static bool IsBodyOptional(string endpoint) =>
        endpoint is "POST /restart" or "POST /reload" or "POST /reinitialize" or LoginEndpoint.Endpoint
        || endpoint.StartsWith("DELETE", StringComparison.Ordinal) || endpoint.StartsWith("GET", StringComparison.Ordinal) || endpoint.StartsWith("POST " + ApprovalEndpoint.Path, StringComparison.Ordinal);

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

    [LoggerMessage(3001, LogLevel.Error, "The request {Method} {Path} failed")]
    private partial void LogFailed(string method, string path, Exception exception);
}
