using System.Text.Json.Serialization;

namespace Holdfast.StoreLayout;

/// <summary>What is worth telling now.</summary>
public sealed record AlertDocument
{
    [JsonPropertyName("rule")]
    public string? Rule { get; init; }

    [JsonPropertyName("subject")]
    public string? Subject { get; init; }

    [JsonPropertyName("severity")]
    public string? Severity { get; init; }

    [JsonPropertyName("since")]
    public DateTimeOffset Since { get; init; }

    [JsonPropertyName("firing_since")]
    public DateTimeOffset? FiringSince { get; init; }

    [JsonPropertyName("over_since")]
    public DateTimeOffset? OverSince { get; init; }

    [JsonPropertyName("summary")]
    public string? Summary { get; init; }

    [JsonPropertyName("runbook")]
    public string? Runbook { get; init; }

    /// <summary>The question to people that was told: a greater number is a later one, and is told again.</summary>
    [JsonPropertyName("asked")]
    public long? Asked { get; init; }

    [JsonPropertyName("escalated")]
    public bool? IsEscalated { get; init; }

    /// <summary>It fires, and a silence has kept it from being told.</summary>
    [JsonPropertyName("untold")]
    public bool? IsUntold { get; init; }

    [JsonPropertyName("silenced_by")]
    public string? SilencedBy { get; init; }

    [JsonPropertyName("acknowledged")]
    public AcknowledgementDocument? Acknowledged { get; init; }
}

/// <summary>What people have said of alerts.</summary>
public sealed record AlertAnswersDocument
{
    [JsonPropertyName("silences")]
    public IReadOnlyList<SilenceDocument>? Silences { get; init; }

    [JsonPropertyName("acknowledgements")]
    public IReadOnlyList<AcknowledgementDocument>? Acknowledgements { get; init; }
}

public sealed record SilenceDocument
{
    [JsonPropertyName("id")]
    public string? Id { get; init; }

    [JsonPropertyName("rule")]
    public string? Rule { get; init; }

    [JsonPropertyName("member")]
    public string? Member { get; init; }

    [JsonPropertyName("starts_at")]
    public DateTimeOffset StartsAt { get; init; }

    [JsonPropertyName("ends_at")]
    public DateTimeOffset EndsAt { get; init; }

    [JsonPropertyName("by")]
    public string? By { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }
}

public sealed record AcknowledgementDocument
{
    /// <summary>Of the alert.</summary>
    [JsonPropertyName("key")]
    public string? Key { get; init; }

    [JsonPropertyName("firing_since")]
    public DateTimeOffset FiringSince { get; init; }

    [JsonPropertyName("by")]
    public string? By { get; init; }

    [JsonPropertyName("at")]
    public DateTimeOffset At { get; init; }

    [JsonPropertyName("comment")]
    public string? Comment { get; init; }
}
