using System.Globalization;

namespace Holdfast.Api.Contracts.Metrics;

/// <summary>Takes metrics up, one after the other.</summary>
public sealed class MetricList
{
    private readonly List<MetricFamily> families = [];

    public IReadOnlyList<MetricFamily> Families => families;

    public void Gauge(string metric, string help, bool isSet) => Gauge(metric, help, isSet ? 1 : 0);

    public void Gauge(string metric, string help, double value) => Gauge(metric, help, new MetricSample(value));

    /// <summary>One gauge with samples that have labels of their own; nothing at all without samples.</summary>
    public void Gauge(string metric, string help, params IReadOnlyList<MetricSample> samples) => Add(metric, help, MetricKind.Gauge, samples);

    public void Counter(string metric, string help, double value) => Counter(metric, help, new MetricSample(value));

    /// <summary>One counter with samples that have labels of their own; nothing at all without samples.</summary>
    public void Counter(string metric, string help, params IReadOnlyList<MetricSample> samples) => Add(metric, help, MetricKind.Counter, samples);

    /// <summary>One histogram; its buckets are counted up here.</summary>
    /// <param name="metric">Without a suffix.</param>
    /// <param name="help">A sentence.</param>
    /// <param name="bounds">The buckets' upper bounds, rising.</param>
    /// <param name="counts">Of each bucket alone, and of what lies beyond the last bound.</param>
    /// <param name="sum">Of all that was counted, in the bounds' unit.</param>
    public void Histogram(string metric, string help, IReadOnlyList<double> bounds, IReadOnlyList<long> counts, double sum)
    {
        var samples = new List<MetricSample>(counts.Count + 2);
        var count = 0L;
        for (var bucket = 0; bucket < counts.Count; bucket++)
        {
            count += counts[bucket];
            var bound = bucket < bounds.Count ? bounds[bucket].ToString("0.######", CultureInfo.InvariantCulture) : "+Inf";
            samples.Add(new MetricSample("le", bound, count) { Suffix = "_bucket" });
        }

        samples.Add(new MetricSample(sum) { Suffix = "_sum" });
        samples.Add(new MetricSample(count) { Suffix = "_count" });
        Add(metric, help, MetricKind.Histogram, samples);
    }

    private void Add(string metric, string help, MetricKind kind, IReadOnlyList<MetricSample> samples)
    {
        if (samples.Count > 0)
        {
            families.Add(new(metric, help, kind, samples));
        }
    }
}
