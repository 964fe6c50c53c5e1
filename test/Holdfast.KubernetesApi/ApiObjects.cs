using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Holdfast.KubernetesApi;

/// <summary>What can be asked of an object's JSON.</summary>
internal static partial class ApiObjects
{
    private const int AnnotationBytesMax = 256 * 1024;
    private const int DataBytesMax = 1024 * 1024;

    public static JsonObject Metadata(this JsonObject thing)
    {
        if (thing["metadata"] is not JsonObject metadata)
        {
            thing["metadata"] = metadata = [];
        }

        return metadata;
    }

    public static string? Text(this JsonObject thing, string key) => thing[key] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    public static string? Version(this JsonObject thing) => thing.Metadata().Text("resourceVersion") is { Length: > 0 } version ? version : null;

    /// <summary>A merge patch (RFC 7386).</summary>
    public static void Merge(this JsonObject target, JsonObject patch)
    {
        foreach (var (key, value) in patch)
        {
            if (value is null)
            {
                target.Remove(key);
            }
            else if (value is JsonObject inner)
            {
                if (target[key] is not JsonObject below)
                {
                    target[key] = below = [];
                }

                below.Merge(inner);
            }
            else
            {
                target[key] = value.DeepClone();
            }
        }
    }

    /// <summary>Whether it bears the labels and the name of <c>labelSelector</c> and <c>fieldSelector</c>; only equality is known here.</summary>
    public static bool Matches(this JsonObject thing, string? labelSelector, string? fieldSelector) =>
        Terms(labelSelector).All(term => (thing.Metadata()["labels"] as JsonObject)?.Text(term.Key) == term.Value)
        && Terms(fieldSelector).All(term => term.Key == "metadata.name"
            ? thing.Metadata().Text("name") == term.Value
            : throw ApiException.Bad($"field label not supported: {term.Key}"));

    /// <summary>What the real server refuses to store.</summary>
    public static void Check(this JsonObject thing, ApiResource resource)
    {
        var name = thing.Metadata().Text("name") ?? "";
        if (!ObjectName().IsMatch(name) || name.Length > 253)
        {
            throw ApiException.Invalid(resource, name, $"metadata.name: Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.'");
        }

        if (Bytes(thing.Metadata()["annotations"]) > AnnotationBytesMax)
        {
            throw ApiException.Invalid(resource, name, $"metadata.annotations: Too long: may not be more than {AnnotationBytesMax} bytes");
        }

        if (Bytes(thing["data"]) > DataBytesMax)
        {
            throw ApiException.Invalid(resource, name, $"[]: Too long: may not be more than {DataBytesMax} bytes");
        }

        foreach (var (key, _) in thing["data"] as JsonObject ?? [])
        {
            if (!DataKey().IsMatch(key) || key.Length > 253 || key is "." || key.StartsWith("..", StringComparison.Ordinal))
            {
                throw ApiException.Invalid(resource, name, $"data[{key}]: Invalid value: \"{key}\": a valid config key must consist of alphanumeric characters, '-', '_' or '.'");
            }
        }

        foreach (var (key, value) in thing.Metadata()["labels"] as JsonObject ?? [])
        {
            if (!LabelValue().IsMatch(value?.GetValue<string>() ?? ""))
            {
                throw ApiException.Invalid(resource, name, $"metadata.labels: Invalid value: \"{value}\" of {key}");
            }
        }
    }

    private static int Bytes(JsonNode? map) => (map as JsonObject ?? []).Sum(pair => Encoding.UTF8.GetByteCount(pair.Key + pair.Value?.GetValue<string>()));

    private static IEnumerable<KeyValuePair<string, string>> Terms(string? selector) =>
        (selector ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries).Select(term => term.Split('=', 2) is [var key, var value]
            ? KeyValuePair.Create(key.Trim(), value.TrimStart('=').Trim())
            : throw ApiException.Bad($"unable to parse requirement: {term}"));

    [GeneratedRegex("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$")]
    private static partial Regex ObjectName();

    [GeneratedRegex("^[-._a-zA-Z0-9]+$")]
    private static partial Regex DataKey();

    [GeneratedRegex("^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$")]
    private static partial Regex LabelValue();
}
