using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Holdfast.Stores.Kubernetes;

/// <summary>The parts of an object that matter here; a merge patch leaves the others as they are.</summary>
internal sealed record WireObject
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public required WireMetadata Metadata { get; init; }

    /// <summary>Of a ConfigMap. In a patch null removes a key.</summary>
    public IReadOnlyDictionary<string, string?>? Data { get; init; }

    /// <summary>Of a Lease.</summary>
    public WireLeaseSpec? Spec { get; init; }

    /// <summary>Of Endpoints.</summary>
    public ImmutableArray<WireSubset>? Subsets { get; init; }
}

internal sealed record WireMetadata
{
    public string? Name { get; init; }

    public string? Uid { get; init; }

    public string? ResourceVersion { get; init; }

    public IReadOnlyDictionary<string, string>? Labels { get; init; }

    public IReadOnlyDictionary<string, string>? Annotations { get; init; }
}

internal sealed record WireLeaseSpec
{
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    public string? AcquireTime { get; init; }

    public string? RenewTime { get; init; }
}

internal sealed record WireSubset(ImmutableArray<WireAddress> Addresses, ImmutableArray<WirePort> Ports);

internal sealed record WireAddress([property: JsonPropertyName("ip")] string Address);

internal sealed record WirePort(string? Name, int Port, string Protocol);

internal sealed record WireList(WireMetadata Metadata, ImmutableArray<WireObject>? Items);

internal sealed record WireStatus(string? Kind, string? Message, string? Reason, int? Code, WireStatusDetails? Details);

internal sealed record WireStatusDetails(string? Name, string? Kind);

internal sealed record WireEvent(string Type, JsonElement Object);

internal sealed record WireDeletion(string ApiVersion, string Kind, WirePreconditions? Preconditions);

internal sealed record WirePreconditions(string? Uid, string? ResourceVersion);

/// <summary>What is kept beside the values, in one annotation.</summary>
internal sealed record WireState(
    long Revision, IReadOnlyDictionary<string, WireKey> Keys, ImmutableArray<string> Sessions, ImmutableArray<WireCommit> Recent);

internal sealed record WireKey([property: JsonPropertyName("r")] long Modified, [property: JsonPropertyName("s")] string? Session);

internal sealed record WireCommit([property: JsonPropertyName("r")] long Revision, string Id);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(WireObject))]
[JsonSerializable(typeof(WireList))]
[JsonSerializable(typeof(WireStatus))]
[JsonSerializable(typeof(WireEvent))]
[JsonSerializable(typeof(WireDeletion))]
[JsonSerializable(typeof(WireState))]
internal sealed partial class KubernetesWire : JsonSerializerContext;
