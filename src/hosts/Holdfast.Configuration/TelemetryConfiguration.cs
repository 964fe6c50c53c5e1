using System.Collections.Immutable;

namespace Holdfast.Configuration;

/// <summary>Where a member's figures are sent by OTLP.</summary>
public sealed record OtlpConfiguration
{
    /// <summary>The whole address of the receiver: for HTTP with its path.</summary>
    public required Uri Endpoint { get; init; }

    public OtlpProtocol Protocol { get; init; }

    /// <summary>Sent with every request. They may hold secrets.</summary>
    public ImmutableArray<NamedValue> Headers { get; init; } = [];

    public TimeSpan Interval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>For how long one answer is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(10);

    public override string ToString() => $"OTLP to {Endpoint.Authority}";
}

public enum OtlpProtocol
{
    HttpProtobuf,
    Grpc,
}
