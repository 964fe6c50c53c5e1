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

    private void Add(string metric, string help, MetricKind kind, IReadOnlyList<MetricSample> samples)
    {
        if (samples.Count > 0)
        {
            families.Add(new(metric, help, kind, samples));
        }
    }
}
