using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Holdfast.Decisions.Configuration;

/// <summary>The cluster's configuration as the store holds it: how it is read as a policy, and how a change is merged into it.</summary>
public static class DynamicConfiguration
{
    /// <summary>The values that a cluster initialised by Holdfast states when its operator states none.</summary>
    public static class InitialValues
    {
        public const int TimeToLiveSeconds = 3;
        public const int LoopWaitSeconds = 1;
        public const int RetryTimeoutSeconds = 1;
        public const int MaximumLagOnFailoverBytes = 1024 * 1024;
    }

    private static readonly string[] TimingKeys = ["ttl", "loop_wait", "retry_timeout"];

    private static readonly JsonWriterOptions Written = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly JsonDocumentOptions Read = new() { AllowDuplicateProperties = true, MaxDepth = 64 };

    /// <summary>
    /// What the configuration means for decisions. Text that is no JSON object, and single values that make no sense, are warned
    /// of and count as absent: a member never stops deciding because of a typing error.
    /// </summary>
    public static PolicyReading ToPolicy(string? json)
    {
        if (string.IsNullOrWhiteSpace(json))
        {
            return PolicyReader.Read([]);
        }

        return TryParseObject(json, out var configuration, out var problem)
            ? PolicyReader.Read(configuration)
            : PolicyReader.Read([]) with { Warnings = [$"the dynamic configuration is ignored: {problem}"] };
    }

    /// <summary>
    /// Merges a patch: null removes an existing key, objects merge, anything else replaces. An object under an absent key is
    /// stored as given, nulls included. Scalars that read the same (101 and "101") are the same.
    /// </summary>
    /// <exception cref="FormatException">One of the two is no JSON object.</exception>
    public static ConfigurationMerge Merge(string current, string patch)
    {
        var merged = ParseObject(current, "the dynamic configuration");
        var changed = MergeInto(merged, ParseObject(patch, "the patch"));
        return new(changed ? Write(merged) : current, changed);
    }

    /// <summary>Whether two configurations say the same, whatever their layout and the order of their keys.</summary>
    /// <exception cref="FormatException">One of the two is no JSON object.</exception>
    public static bool SaysTheSame(string one, string other) =>
        JsonNode.DeepEquals(ParseObject(one, "the first configuration"), ParseObject(other, "the second configuration"));

    /// <summary>States the initial values where the operator's <c>bootstrap.dcs</c> states none. Whoever states one of the times wants it to count.</summary>
    /// <exception cref="FormatException">It is no JSON object.</exception>
    public static string WithInitialValues(string? bootstrap, InitialTiming timing)
    {
        var configuration = string.IsNullOrWhiteSpace(bootstrap) ? [] : ParseObject(bootstrap, "bootstrap.dcs");
        var stated = TimingKeys.Any(key => configuration[key] is not null) ? InitialTiming.Swift : timing;
        StateUnlessPresent(configuration, "ttl", stated.TimeToLiveSeconds);
        StateUnlessPresent(configuration, "loop_wait", stated.LoopWaitSeconds);
        StateUnlessPresent(configuration, "retry_timeout", stated.RetryTimeoutSeconds);
        StateUnlessPresent(configuration, "maximum_lag_on_failover", InitialValues.MaximumLagOnFailoverBytes);
        return Write(configuration);
    }

    private static void StateUnlessPresent(JsonObject configuration, string key, int value)
    {
        if (configuration[key] is null)
        {
            configuration[key] = JsonValue.Create(value);
        }
    }

    private static bool MergeInto(JsonObject target, JsonObject patch)
    {
        var changed = false;
        foreach (var (key, value) in patch)
        {
            changed |= MergeKey(target, key, value);
        }

        return changed;
    }

    private static bool MergeKey(JsonObject target, string key, JsonNode? value)
    {
        if (value is null)
        {
            var wasStated = target[key] is not null;
            target.Remove(key);
            return wasStated;
        }

        if (target[key] is JsonObject inner && value is JsonObject innerPatch)
        {
            return MergeInto(inner, innerPatch);
        }

        if (target.ContainsKey(key) && ReadsTheSame(target[key], value))
        {
            return false;
        }

        target[key] = value.DeepClone();
        return true;
    }

    private static bool ReadsTheSame(JsonNode? one, JsonNode other) =>
        one is JsonValue && other is JsonValue ? PolicyReader.Text(one) == PolicyReader.Text(other) : JsonNode.DeepEquals(one, other);

    private static JsonObject ParseObject(string json, string what) =>
        TryParseObject(json, out var parsed, out var problem) ? parsed : throw new FormatException($"{what} is unusable: {problem}");

    private static bool TryParseObject(string json, out JsonObject parsed, out string problem)
    {
        try
        {
            parsed = JsonNode.Parse(json, nodeOptions: null, Read) as JsonObject ?? [];
            problem = json.AsSpan().TrimStart().StartsWith("{") ? "" : "a JSON object is expected";
            return problem.Length == 0;
        }
        catch (JsonException exception)
        {
            parsed = [];
            problem = exception.Message;
            return false;
        }
    }

    private static string Write(JsonObject configuration)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Written))
        {
            configuration.WriteTo(writer);
        }

        return System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}

/// <summary>A configuration after a merge, and whether the merge changed anything.</summary>
public sealed record ConfigurationMerge(string Json, bool IsChanged);
