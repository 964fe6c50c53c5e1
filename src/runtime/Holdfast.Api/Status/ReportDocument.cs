using System.Text.Json;
using Holdfast.Api.Contracts;
using Holdfast.Model;

namespace Holdfast.Api.Status;

/// <summary>The parts of a member's key that only people and their tools look at.</summary>
internal sealed record ReportDocument(JsonElement? Tags, JsonElement? PendingRestartReason, ScheduledRestart? ScheduledRestart)
{
    /// <summary>Null when the key is not kept, or another's software wrote something that is no object.</summary>
    public static ReportDocument? Parse(MemberReport? report)
    {
        if (report?.Document is not { } json)
        {
            return null;
        }

        try
        {
            var document = JsonElement.Parse(json);
            return document.ValueKind == JsonValueKind.Object
                ? new(Object(document, "tags"), Object(document, "pending_restart_reason"), Restart(Object(document, "scheduled_restart")))
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static JsonElement? Object(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.Object ? found : null;

    private static ScheduledRestart? Restart(JsonElement? scheduled) =>
        scheduled is { } restart && Text(restart, "schedule") is { } schedule
            ? new() { Schedule = schedule, PostgresVersion = Text(restart, "postgres_version") }
            : null;

    private static string? Text(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var found) && found.ValueKind == JsonValueKind.String ? found.GetString() : null;
}
