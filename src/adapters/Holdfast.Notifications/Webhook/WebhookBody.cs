using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Holdfast.Ports.Notifications;

namespace Holdfast.Notifications.Webhook;

/// <summary>What a webhook receives. Members are only ever added to a version.</summary>
internal sealed record WebhookBody
{
    public int Version { get; init; } = 1;

    public required string Key { get; init; }

    public required string Scope { get; init; }

    /// <summary>firing or resolved.</summary>
    public required string Status { get; init; }

    public required NotificationSeverity Severity { get; init; }

    public required string Title { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    public DateTimeOffset? EndedAt { get; init; }

    public string? AcknowledgedBy { get; init; }

    public required ImmutableSortedDictionary<string, string> Labels { get; init; }

    public required ImmutableSortedDictionary<string, string> Annotations { get; init; }

    public string? Link { get; init; }

    public required ImmutableArray<NotificationChoice> Choices { get; init; }

    public static byte[] Write(Notification notification) => JsonSerializer.SerializeToUtf8Bytes(
        new WebhookBody
        {
            Key = notification.Key,
            Scope = notification.Scope,
            Status = notification.IsResolved ? "resolved" : "firing",
            Severity = notification.Severity,
            Title = notification.Title,
            Text = notification.Text,
            StartedAt = notification.StartedAt,
            EndedAt = notification.EndedAt,
            AcknowledgedBy = notification.AcknowledgedBy,
            Labels = notification.Labels,
            Annotations = notification.Annotations,
            Link = notification.Link,
            Choices = notification.Choices,
        },
        WebhookJson.Default.WebhookBody);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(SeverityConverter)])]
[JsonSerializable(typeof(WebhookBody))]
internal sealed partial class WebhookJson : JsonSerializerContext;

internal sealed class SeverityConverter() : JsonStringEnumConverter<NotificationSeverity>(JsonNamingPolicy.SnakeCaseLower);
