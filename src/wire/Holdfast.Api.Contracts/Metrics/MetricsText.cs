using System.Globalization;
using System.Text;

namespace Holdfast.Api.Contracts.Metrics;

/// <summary>Writes metrics in Prometheus' text format, each with the labels of whoever writes them.</summary>
/// <param name="labels">Names and values that every sample has.</param>
public sealed class MetricsText(params IReadOnlyList<KeyValuePair<string, string>> labels)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder text = new();

    public void Gauge(string metric, string help, bool isSet) => Gauge(metric, help, isSet ? "1" : "0");

    public void Gauge(string metric, string help, double value) => Gauge(metric, help, Number(value));

    public void Gauge(string metric, string help, string value)
    {
        Head(metric, help, "gauge");
        text.Append(CultureInfo.InvariantCulture, $"{metric}{{{Labels([])}}} {value}\n");
    }

    /// <summary>One gauge with samples that have labels of their own; nothing at all without samples.</summary>
    public void Gauge(string metric, string help, params IReadOnlyList<MetricSample> samples) => Write(metric, help, "gauge", samples);

    /// <summary>One counter with samples that have labels of their own; nothing at all without samples.</summary>
    public void Counter(string metric, string help, params IReadOnlyList<MetricSample> samples) => Write(metric, help, "counter", samples);

    /// <summary>One histogram; its buckets are counted up here.</summary>
    /// <param name="metric">Without a suffix.</param>
    /// <param name="help">A sentence.</param>
    /// <param name="bounds">The buckets' upper bounds, rising.</param>
    /// <param name="counts">Of each bucket alone, and of what lies beyond the last bound.</param>
    /// <param name="sum">Of all that was counted, in the bounds' unit.</param>
    public void Histogram(string metric, string help, IReadOnlyList<double> bounds, IReadOnlyList<long> counts, double sum)
    {
        Head(metric, help, "histogram");
        var count = 0L;
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            count += counts[bucket];
            var bound = bucket < bounds.Count ? Number(bounds[bucket]) : "+Inf";
            text.Append(CultureInfo.InvariantCulture, $"{metric}_bucket{{{Labels([new("le", bound)])}}} {count}\n");
        }

        text.Append(CultureInfo.InvariantCulture, $"{metric}_sum{{{Labels([])}}} {Number(sum)}\n{metric}_count{{{Labels([])}}} {count}\n");
    }

    public override string ToString() => text.ToString();

    private void Write(string metric, string help, string kind, IReadOnlyList<MetricSample> samples)
    {
        if (samples.Count == 0)
        {
            return;
        }

        Head(metric, help, kind);
        foreach (var sample in samples)
        {
            text.Append(CultureInfo.InvariantCulture, $"{metric}{{{Labels(sample.Labels)}}} {Number(sample.Value)}\n");
        }
    }

    private void Head(string metric, string help, string kind) =>
        text.Append(CultureInfo.InvariantCulture, $"# HELP {metric} {help}\n# TYPE {metric} {kind}\n");

    private string Labels(IEnumerable<KeyValuePair<string, string>> own) =>
        string.Join(',', labels.Concat(own).Select(label => $"{label.Key}=\"{Escape(label.Value)}\""));

    private static string Number(double value) => value.ToString("0.######", CultureInfo.InvariantCulture);

    private static string Escape(string label) =>
        label.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal);
}

/// <summary>One sample with labels of its own.</summary>
public sealed record MetricSample(double Value, params IReadOnlyList<KeyValuePair<string, string>> Labels)
{
    public MetricSample(string label, string labelValue, double value)
        : this(value, [new KeyValuePair<string, string>(label, labelValue)])
    {
    }
}
