using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Notifications.PagerDuty;

/// <summary>One event as the Events API v2 takes it (developer.pagerduty.com/docs/events-api-v2).</summary>
internal sealed record PagerDutyEvent
{
    public required string RoutingKey { get; init; }

    /// <summary>trigger, acknowledge or resolve.</summary>
    public required string EventAction { get; init; }

    public required string DedupKey { get; init; }

    /// <summary>Null but for a trigger.</summary>
    public PagerDutyPayload? Payload { get; init; }

    public ImmutableArray<PagerDutyLink>? Links { get; init; }

    public string? Client { get; init; }
}

internal sealed record PagerDutyPayload
{
    public required string Summary { get; init; }

    public required string Source { get; init; }

    public required string Severity { get; init; }

    public required DateTimeOffset Timestamp { get; init; }

    public required string Group { get; init; }

    public required ImmutableSortedDictionary<string, string> CustomDetails { get; init; }
}

internal sealed record PagerDutyLink(string Href, string Text);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PagerDutyEvent))]
internal sealed partial class PagerDutyJson : JsonSerializerContext;
