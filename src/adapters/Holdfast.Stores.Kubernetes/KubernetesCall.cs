using System.Net;
using System.Text.Json;

namespace Holdfast.Stores.Kubernetes;

/// <summary>One request: <see cref="Verb"/> and <see cref="Resource"/> are what a Role has to allow for it.</summary>
internal sealed record KubernetesCall(HttpMethod Method, string Verb, string Resource, string Path)
{
    public byte[]? Body { get; init; }

    public string ContentType { get; init; } = "application/json";

    /// <summary>It states the version that it is for, so that a conflict says something about that and is not passing trouble.</summary>
    public bool IsConditional { get; init; }

    public static KubernetesCall List(string resource, string path) => new(HttpMethod.Get, "list", resource, path);

    public static KubernetesCall Create(string resource, string path, WireObject thing) =>
        new(HttpMethod.Post, "create", resource, path) { Body = Bytes(thing) };

    public static KubernetesCall Patch(string resource, string path, WireObject patch) => new(HttpMethod.Patch, "patch", resource, path)
    {
        Body = Bytes(patch),
        ContentType = "application/merge-patch+json",
        IsConditional = patch.Metadata.ResourceVersion is not null,
    };

    public static KubernetesCall Delete(string resource, string path, WirePreconditions? only) => new(HttpMethod.Delete, "delete", resource, path)
    {
        Body = JsonSerializer.SerializeToUtf8Bytes(new WireDeletion("v1", "DeleteOptions", only), KubernetesWire.Default.WireDeletion),
        IsConditional = only is not null,
    };

    private static byte[] Bytes(WireObject thing) => JsonSerializer.SerializeToUtf8Bytes(thing, KubernetesWire.Default.WireObject);
}

/// <summary>What the server answered.</summary>
internal sealed record KubernetesAnswer(HttpStatusCode Status, byte[] Body, TimeSpan? RetryAfter)
{
    /// <summary>An earlier attempt of the same request had no answer, and may have been carried out.</summary>
    public bool WasUncertain { get; init; }

    public bool IsSuccess => (int)Status is >= 200 and < 300;

    /// <summary>The server's own words; null when something else answered in its place.</summary>
    public WireStatus? Refusal { get; } = (int)Status < 300 ? null : RefusalIn(Body);

    public string Text => Refusal?.Message ?? (IsSuccess ? "" : "no Status object: was it the API server that answered?");

    public bool Exists => Refusal?.Reason == "AlreadyExists";

    /// <summary>The server says that this very object is not there; it says the same of a namespace, for example.</summary>
    public bool IsMissing(string resource, string name) =>
        Status == HttpStatusCode.NotFound && Refusal is { Reason: "NotFound", Details: { } details } && details.Kind == resource && details.Name == name;

    public WireObject Object() => Read(KubernetesWire.Default.WireObject);

    public WireList List() => Read(KubernetesWire.Default.WireList);

    /// <exception cref="NoAnswerException">It is not what was asked for.</exception>
    private T Read<T>(System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(Body, type) ?? throw new JsonException("null");
        }
        catch (JsonException broken)
        {
            throw new NoAnswerException($"the API server's answer cannot be read: {broken.Message}", broken, mayBeDone: true);
        }
    }

    private static WireStatus? RefusalIn(byte[] body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, KubernetesWire.Default.WireStatus) is { Kind: "Status" } status ? status : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>No answer that settles the matter came within the time there was.</summary>
public sealed class NoAnswerException(string message, Exception? inner, bool mayBeDone) : Exception(message, inner)
{
    /// <summary>The request may have been carried out, or still be.</summary>
    public bool MayBeDone => mayBeDone;
}
