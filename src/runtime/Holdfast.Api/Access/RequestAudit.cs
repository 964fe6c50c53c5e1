using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using Holdfast.Api.Approvals;
using Holdfast.Api.Operations;
using Holdfast.Api.Serving;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Holdfast.Api.Access;

/// <summary>Writes down who asked for what, and what came of it. That it could not be written down does not undo it.</summary>
internal sealed partial class RequestAudit(IMemberControl control, TimeProvider time, ILogger logger)
{
    private const int LettersMax = 200;
    private const int AddressesMax = 100;
    private static readonly TimeSpan RefusalsEvery = TimeSpan.FromMinutes(1);
    private static readonly string[] SecretWords = ["password", "passwd", "secret", "token", "credential"];
    private readonly Dictionary<string, TimeSpan> refusedAt = new(StringComparer.Ordinal);

    public async Task WriteAsync(HttpContext context, Caller caller, string endpoint, RequestBody body, Reply reply, CancellationToken cancellationToken)
    {
        var details = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            new Dictionary<string, string>
            {
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
        await WriteAsync(new(kind, caller.Name, endpoint, details), cancellationToken);
    }

    /// <summary>Somebody showed something that is no proof. Once a minute from one address: whoever tries passwords must not fill the trail.</summary>
    public async Task WriteRefusalAsync(HttpContext context, string endpoint, Reply reply, CancellationToken cancellationToken)
    {
        var from = From(context);
        if (context.Request.Headers.Authorization.Count == 0 || !IsDue(from))
        {
            return;
        }

        var details = ImmutableSortedDictionary.CreateRange(
            StringComparer.Ordinal,
            new Dictionary<string, string>
            {
                ["from"] = from,
                ["status"] = reply.Status.ToString(CultureInfo.InvariantCulture),
                ["answer"] = Encoding.UTF8.GetString(reply.Body.Span),
            });
        await WriteAsync(new("login", $"somebody at {from}", $"refused: {endpoint}", details), cancellationToken);
    }

    private async Task WriteAsync(AuditFact fact, CancellationToken cancellationToken)
    {
        if (!await control.AuditAsync(fact, cancellationToken))
        {
            LogNotAudited(fact.What, fact.Who);
        }
    }

    private bool IsDue(string from)
    {
        var now = time.GetElapsedTime(0);
        lock (refusedAt)
        {
            if (refusedAt.TryGetValue(from, out var last) && now - last < RefusalsEvery)
            {
                return false;
            }

            if (refusedAt.Count >= AddressesMax)
            {
                foreach (var (address, at) in refusedAt.ToArray())
                {
                    if (now - at >= RefusalsEvery)
                    {
                        refusedAt.Remove(address);
                    }
                }

                if (refusedAt.Count >= AddressesMax)
                {
                    return false;
                }
            }

            refusedAt[from] = now;
            return true;
        }
    }

    private static string From(HttpContext context) => context.Connection.RemoteIpAddress?.ToString() ?? "";

    /// <summary>A setting may hold a password, and this is kept.</summary>
    private static string Kept(string text) => text switch
    {
        _ when SecretWords.Any(word => text.Contains(word, StringComparison.OrdinalIgnoreCase)) => "not kept, since it may hold a secret",
        { Length: > LettersMax } => text[..LettersMax] + "…",
        _ => text,
    };

    [LoggerMessage(3002, LogLevel.Warning, "{What} by {Who} could not be written to the audit trail")]
    private partial void LogNotAudited(string what, string who);
}
