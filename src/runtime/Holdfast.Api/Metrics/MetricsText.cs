using System.Globalization;
using System.Text;

namespace Holdfast.Api.Metrics;

/// <summary>Writes gauges in Prometheus' text format, each labelled with the cluster and the member.</summary>
internal sealed class MetricsText(string scope, string name)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();

    private readonly string labels = $"scope=\"{Escape(scope)}\",name=\"{Escape(name)}\"";

    public void Gauge(string metric, string help, bool isSet) => Gauge(metric, help, isSet ? "1" : "0");

    public void Gauge(string metric, string help, double value) => Gauge(metric, help, Number(value));

    public void Gauge(string metric, string help, string value)
    {
        Head(metric, help);
        text.Append(CultureInfo.InvariantCulture, $"{metric}{{{labels}}} {value}\n");
    }

    /// <summary>One gauge with a sample a label; nothing at all without samples.</summary>
    public void Gauge(string metric, string help, params ReadOnlySpan<MetricSample> samples)
    {
        if (samples.IsEmpty)
        {
            return;
        }

        Head(metric, help);
        foreach (var sample in samples)
        {
            var second = sample.Second is { } label ? $",{label.Key}=\"{Escape(label.Value)}\"" : "";
            text.Append(
                CultureInfo.InvariantCulture,
                $"{metric}{{{labels},{sample.Label}=\"{Escape(sample.LabelValue)}\"{second}}} {Number(sample.Value)}\n");
        }
    }

    public override string ToString() => text.ToString();

    private void Head(string metric, string help) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {metric} {help}\n# TYPE {metric} gauge\n");

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Escape(string label) =>
        label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>One sample of a gauge that has a label of its own, or two.</summary>
internal sealed record MetricSample(string Label, string LabelValue, double Value)
{
    public KeyValuePair<string, string>? Second { get; init; }
}
