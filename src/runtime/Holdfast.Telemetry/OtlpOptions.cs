using System.Collections.Immutable;

namespace Holdfast.Telemetry;

/// <summary>Where figures are sent, and how often.</summary>
public sealed record OtlpOptions
{
    /// <summary>The whole address: for HTTP with its path.</summary>
    public required Uri Endpoint { get; init; }

    public bool UsesGrpc { get; init; }

    /// <summary>Sent with every request. They may hold secrets.</summary>
    public ImmutableArray<KeyValuePair<string, string>> Headers { get; init; } = [];

    public required TimeSpan Interval { get; init; }

    /// <summary>For how long one answer is waited for.</summary>
    public required TimeSpan Timeout { get; init; }

    public override string ToString() => $"OTLP to {Endpoint.Authority}";
}
