using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Holdfast.Stores.Consul;

/// <summary>A key as <c>GET /v1/kv</c> shows it; the value is base64, null for an empty one.</summary>
internal sealed record WireEntry(string Key, byte[]? Value, long ModifyIndex, string? Session);

/// <summary>One operation of <c>PUT /v1/txn</c>.</summary>
internal sealed record WireOperation([property: JsonPropertyName("KV")] WireKeyOperation KeyValue);

internal sealed record WireKeyOperation(string Verb, string Key)
{
    public byte[]? Value { get; init; }

    public long? Index { get; init; }

    public string? Session { get; init; }
}

internal sealed record WireTransactionAnswer(ImmutableArray<WireResult>? Results, ImmutableArray<WireError>? Errors);

internal sealed record WireResult([property: JsonPropertyName("KV")] WireEntry? KeyValue);

internal sealed record WireError(int OpIndex, string What);

internal sealed record WireSessionRequest(string Node, [property: JsonPropertyName("TTL")] string TimeToLive)
{
    public string Behavior { get; init; } = "delete";

    public string LockDelay { get; init; } = "0s";

    /// <summary>None: a node's health must not end a session before its time.</summary>
    public ImmutableArray<string> Checks { get; init; } = [];

    public ImmutableArray<string> NodeChecks { get; init; } = [];
}

internal sealed record WireSession([property: JsonPropertyName("ID")] string Id);

internal sealed record WireNode(string Node, string Address);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ImmutableArray<WireEntry>))]
[JsonSerializable(typeof(ImmutableArray<string>))]
[JsonSerializable(typeof(ImmutableArray<WireOperation>))]
[JsonSerializable(typeof(WireTransactionAnswer))]
[JsonSerializable(typeof(WireSessionRequest))]
[JsonSerializable(typeof(WireSession))]
[JsonSerializable(typeof(WireNode))]
internal sealed partial class ConsulWire : JsonSerializerContext;
