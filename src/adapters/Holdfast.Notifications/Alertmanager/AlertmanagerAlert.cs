using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Notifications.Alertmanager;

/// <summary>One alert as <c>POST /api/v2/alerts</c> takes it. Its labels are its identity.</summary>
internal sealed record AlertmanagerAlert
{
    public required ImmutableSortedDictionary<string, string> Labels { get; init; }

    public required ImmutableSortedDictionary<string, string> Annotations { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    public required DateTimeOffset EndsAt { get; init; }

    [JsonPropertyName("generatorURL")]
    public string? GeneratorUrl { get; init; }

    public bool IsSameAs(AlertmanagerAlert other) =>
        Labels.Count == other.Labels.Count && Labels.All(label => other.Labels.TryGetValue(label.Key, out var value) && value == label.Value);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImmutableArray<AlertmanagerAlert>))]
internal sealed partial class AlertmanagerJson : JsonSerializerContext;
