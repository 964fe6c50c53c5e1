using System.Globalization;
using Holdfast.Api.Serving;
using Holdfast.Api.Status;
using Holdfast.Decisions.Configuration;
using Holdfast.Model;
using Holdfast.Ports.Control;
using Microsoft.AspNetCore.Http;

namespace Holdfast.Api.Operations;

/// <summary>Restarts this member's database, now or later, under conditions.</summary>
internal sealed class RestartEndpoint(IMemberControl control)
{
    public async Task<Reply> PostAsync(RequestBody body, MemberSnapshot snapshot, CancellationToken cancellationToken)
    {
        if (snapshot.Policy.IsPaused && body.Object.TryGetProperty("schedule", out _))
        {
            return Reply.Words(StatusCodes.Status500InternalServerError, "Can't schedule restart in the paused state");
        }

        var (conditions, refusal) = Conditions(body, snapshot.UtcNow);
        if (refusal is not null)
        {
            return refusal;
        }

        var answer = await control.RestartAsync(conditions, cancellationToken);
        return answer.Outcome switch
        {
            ControlOutcome.Done => Reply.Words(StatusCodes.Status200OK, Said(answer, "restarted successfully")),
            ControlOutcome.Scheduled => Reply.Words(StatusCodes.Status202Accepted, "Restart scheduled"),
            ControlOutcome.BadRequest => Reply.Words(StatusCodes.Status400BadRequest, answer.Words),
            ControlOutcome.Conflict => Reply.Words(StatusCodes.Status409Conflict, Said(answer, "Another restart is already scheduled")),
            _ => Reply.Words(StatusCodes.Status503ServiceUnavailable, Said(answer, "restart failed")),
        };
    }

    public async Task<Reply> DeleteAsync(CancellationToken cancellationToken)
    {
        var answer = await control.CancelRestartAsync(cancellationToken);
        return answer.Outcome switch
        {
            ControlOutcome.Done => Reply.Words(StatusCodes.Status200OK, "scheduled restart deleted"),
            ControlOutcome.Unavailable or ControlOutcome.Failed => Reply.Words(StatusCodes.Status503ServiceUnavailable, answer.Words),
            _ => Reply.Words(StatusCodes.Status404NotFound, "no restarts are scheduled"),
        };
    }

    private static (RestartConditions Conditions, Reply? Refusal) Conditions(RequestBody body, DateTimeOffset now)
    {
        var conditions = new RestartConditions(null, null, false, null);
        foreach (var property in body.Object.EnumerateObject())
        {
            var text = body.Text(property.Name) ?? "";
            Reply? refusal = null;
            switch (property.Name)
            {
                case "schedule":
                    var schedule = Schedule.Parse(text, "restart", now);
                    refusal = schedule.Refusal;
                    conditions = conditions with { At = schedule.At };
                    break;
                case "role":
                    var role = Role(text);
                    refusal = role is null ? Refuse("PostgreSQL role should be either primary, standby_leader, or replica") : null;
                    conditions = conditions with { OnlyIfRole = role };
                    break;
                case "postgres_version":
                    refusal = IsVersion(text) ? null : Refuse($"Invalid PostgreSQL version: {text}");
                    conditions = conditions with { OnlyIfVersionBelow = text };
                    break;
                case "timeout":
                    refusal = Quantities.TryParse(text, Quantities.Seconds, out var seconds) && seconds is > 0 and < int.MaxValue ? null : Refuse("Timeout should be a positive number of seconds");
                    conditions = conditions with { Limit = refusal is null ? TimeSpan.FromSeconds(seconds) : null };
                    break;
                case "restart_pending":
                    conditions = conditions with { OnlyIfPending = Quantities.ParseFlag(text) ?? false };
                    break;
                default:
                    refusal = Refuse($"Unknown filter for the scheduled restart: {property.Name}");
                    break;
            }

            if (refusal is not null)
            {
                return (conditions, refusal);
            }
        }

        return (conditions, null);
    }

    private static Reply Refuse(string words) => Reply.Words(StatusCodes.Status400BadRequest, words);

    private static DatabaseRole? Role(string text) => text switch
    {
        "primary" or "master" or "standby_leader" => DatabaseRole.Primary,
        "replica" => DatabaseRole.Replica,
        _ => null,
    };

    private static bool IsVersion(string text) =>
        text.Split('.') is { Length: >= 1 and <= 3 } parts && Array.TrueForAll(parts, part => int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out _));

    private static string Said(ControlAnswer answer, string otherwise) => answer.Words.Length > 0 ? answer.Words : otherwise;
}
