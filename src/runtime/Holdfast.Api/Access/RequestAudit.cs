using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Api.Approvals;
using Holdfast.Api.Operations;
using Holdfast.Api.Serving;
using Holdfast.Decisions.Access;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Access;

/// <summary>Writes down who asked for what, and what came of it. That it could not be written down does not undo it.</summary>
internal sealed partial class RequestAudit(IMemberControl control, TimeProvider time, ILogger logger)
{
    private const int LettersMax = 200;
    private static readonly TimeSpan TellEvery = TimeSpan.FromSeconds(10);
    private static readonly string[] SecretWords = ["password", "passwd", "secret", "token", "credential"];
    private readonly Lock gate = new();
    private AttemptLog attempts = AttemptLog.Empty;

    /// <summary>Tells from time to time how often attempts were repeated, until the interface ends.</summary>
    public async Task TellAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await Task.Delay(TellEvery, time, stopping);
                foreach (var (attempt, times) in TakeEnded())
                {
                    await WriteAsync(FactOf(attempt, times), stopping);
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // It ends with the interface.
        }
    }

    public async Task WriteAsync(HttpContext context, Caller caller, string endpoint, RequestBody body, Reply reply, CancellationToken cancellationToken)
    {
        var details = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            new Dictionary<string, string>
            {
                ["via"] = Via.Of(context.Request),
                ["from"] = From(context),
                ["status"] = reply.Status.ToString(CultureInfo.InvariantCulture),
                ["answer"] = Kept(Encoding.UTF8.GetString(reply.Body.Span)),
                ["asked"] = Kept(body.Object.GetRawText()),
            });
        var kind = endpoint switch
        {
            "PATCH /config" or "PUT /config" => "configuration",
            LoginEndpoint.Endpoint => "login",
            _ when endpoint.StartsWith("POST " + ApprovalEndpoint.Path, StringComparison.Ordinal) => "approval",
            _ => "operation",
        };
        var isAttempt = endpoint == LoginEndpoint.Endpoint || reply.Status is >= 400 and < 500;
        var fact = new AuditFact(kind, Cut(caller.Name), Cut(endpoint), details) { IsAttempt = isAttempt };
        if (!(isAttempt || reply.Status >= 500) || IsNew(fact))
        {
            await WriteAsync(fact, cancellationToken);
        }
    }

    /// <summary>Somebody showed something that is no proof.</summary>
    public async Task WriteRefusalAsync(HttpContext context, string endpoint, Reply reply, CancellationToken cancellationToken)
    {
        var from = From(context);
        if (context.Request.Headers.Authorization.Count == 0)
        {
            return;
        }

        var details = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            new Dictionary<string, string>
            {
                ["from"] = from,
                ["status"] = reply.Status.ToString(CultureInfo.InvariantCulture),
                ["answer"] = Cut(Encoding.UTF8.GetString(reply.Body.Span)),
            });
        var fact = new AuditFact("login", $"somebody at {from}", $"refused: {Cut(endpoint)}", details) { IsAttempt = true };
        if (IsNew(fact))
        {
            await WriteAsync(fact, cancellationToken);
        }
    }

    private async Task WriteAsync(AuditFact fact, CancellationToken cancellationToken)
    {
        if (!await control.AuditAsync(fact, cancellationToken))
        {
            LogNotAudited(fact.What, fact.Who);
        }
    }

    private bool IsNew(AuditFact fact)
    {
        lock (gate)
        {
            (attempts, var isWritten) = attempts.Note(new(fact.Kind, fact.Who, fact.What, fact.Details["status"], fact.Details["answer"]), time.GetElapsedTime(0));
            return isWritten;
        }
    }

    private ImmutableArray<RepeatedAttempt> TakeEnded()
    {
        lock (gate)
        {
            (attempts, var told) = attempts.Tell(time.GetElapsedTime(0));
            return told;
        }
    }

    private static AuditFact FactOf(Attempt attempt, int times) => new(
        attempt.Kind,
        attempt.Who,
        attempt.What,
        ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            new Dictionary<string, string>
            {
                ["status"] = attempt.Status,
                ["answer"] = attempt.Answer,
                ["repeated"] = times == 1 ? "once more" : string.Create(CultureInfo.InvariantCulture, $"{times} times more"),
            }.Where(detail => detail.Value.Length > 0)))
    { IsAttempt = true };

    private static string From(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>A setting may hold a password, and this is kept.</summary>
    private static string Kept(string text) => text switch
    {
        _ when SecretWords.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) => "not kept, since it may hold a secret",
        _ => Cut(text),
    };

    private static string Cut(string text) => text.Length > LettersMax ? text[..LettersMax] + "…" : text;

    [LoggerMessage(3002, LogLevel.Warning, "{What} by {Who} could not be written to the audit trail")]
    private partial void LogNotAudited(string what, string who);
}
