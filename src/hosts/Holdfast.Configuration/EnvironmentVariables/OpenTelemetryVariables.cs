using System.Collections.Immutable;
using Holdfast.Configuration.Yaml;

namespace Holdfast.Configuration.EnvironmentVariables;

/// <summary>The standard variables of OTLP exporters (OpenTelemetry Protocol Exporter, "Configuration Options"). The file's settings win over them.</summary>
internal static class OpenTelemetryVariables
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";

    /// <summary>Lays them under the file; nothing where neither names a receiver.</summary>
    public static ConfigNode.Mapping Under(ConfigNode.Mapping root, IReadOnlyDictionary<string, string> environment)
    {
        var settings = ImmutableArray.CreateBuilder<ConfigNode.Entry>();
        Add("endpoint", "ENDPOINT", Scalar);
        Add("metrics_endpoint", "METRICS_ENDPOINT", Scalar);
        var namesReceiver = settings.Count > 0 && !IsOff(environment);
        if (!namesReceiver && root.Find("telemetry") is null)
        {
            return root;
        }

        Add("protocol", "PROTOCOL", Scalar);
        Add("protocol", "METRICS_PROTOCOL", Scalar);
        Add("headers", "HEADERS", Headers);
        Add("headers", "METRICS_HEADERS", Headers);
        Add("timeout", "TIMEOUT", Milliseconds);
        Add("timeout", "METRICS_TIMEOUT", Milliseconds);
        AddNamed("interval", "OTEL_METRIC_EXPORT_INTERVAL", Milliseconds);
        var origin = new Origin("environment", 0, 0);
        var otlp = new ConfigNode.Mapping(origin, settings.ToImmutable());
        var section = new ConfigNode.Mapping(origin, [new(origin, "otlp", otlp)]);
        return new ConfigNode.Mapping(origin, [new(origin, "telemetry", section)]).OverlaidBy(root) with { Origin = root.Origin };

        void Add(string key, string suffix, Func<Origin, string, ConfigNode> value) => AddNamed(key, Prefix + suffix, value);

        void AddNamed(string key, string name, Func<Origin, string, ConfigNode> value)
        {
            if (environment.TryGetValue(name, out var text) && text.Length > 0)
            {
                var variable = new Origin($"${name}", 0, 0);
                var known = settings.FirstOrDefault(entry => entry.Key == key);
                settings.Remove(known!);
                settings.Add(new(variable, key, value(variable, text)));
            }
        }
    }

    private static bool IsOff(IReadOnlyDictionary<string, string> environment) =>
        environment.GetValueOrDefault("OTEL_SDK_DISABLED") is "true" || environment.GetValueOrDefault("OTEL_METRICS_EXPORTER") is "none";

    private static ConfigNode.Scalar Scalar(Origin origin, string text) => new(origin, text, true);

    private static ConfigNode.Scalar Milliseconds(Origin origin, string text) => new(origin, $"{text}ms", true);

    /// <summary>Pairs such as <c>api-key=secret,tenant=shop</c>, percent-encoded.</summary>
    private static ConfigNode.Mapping Headers(Origin origin, string text) => new(origin, [
        .. from pair in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)
           let parts = pair.Split('=', 2, StringSplitOptions.TrimEntries)
           where parts.Length == 2
           select new ConfigNode.Entry(origin, Uri.UnescapeDataString(parts[0]), new ConfigNode.Scalar(origin, Uri.UnescapeDataString(parts[1]), true)),
    ]);
}
