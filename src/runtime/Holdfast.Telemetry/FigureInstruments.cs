using System.Diagnostics.Metrics;
using Holdfast.Api.Contracts.Metrics;

namespace Holdfast.Telemetry;

/// <summary>An instrument for each metric that has ever been seen; each shows what was read last, and nothing of what is no more.</summary>
internal sealed class FigureInstruments(OtlpSource source) : IDisposable
{
    public const string MeterName = "Holdfast";

    private readonly Meter meter = new(MeterName, source.Version);
    private readonly HashSet<string> known = new(StringComparer.Ordinal);
    private readonly Dictionary<string, MetricFamily> current = new(StringComparer.Ordinal);
    private readonly KeyValuePair<string, object?>[] common = [.. source.Labels.Select(label => KeyValuePair.Create(label.Key, (object?)label.Value))];

    /// <summary>Looks at the figures anew.</summary>
    public void Read()
    {
        current.Clear();
        foreach (var family in source.Read().Families)
        {
            current[family.Name] = family;
            if (known.Add(family.Name))
            {
                Create(family);
            }
        }
    }

    public void Dispose() => meter.Dispose();

    private void Create(MetricFamily family)
    {
        var name = family.Name;
        if (family.Kind == MetricKind.Counter)
        {
            meter.CreateObservableCounter(name, () => Measure(name), unit: null, family.Help);
        }
        else
        {
            meter.CreateObservableGauge(name, () => Measure(name), unit: null, family.Help);
        }
    }

    private IEnumerable<Measurement<double>> Measure(string name) =>
        current.TryGetValue(name, out var family)
            ? family.Samples.Select(sample => new Measurement<double>(sample.Value, [.. common, .. sample.Labels.Select(label => KeyValuePair.Create(label.Key, (object?)label.Value))]))
            : [];
}
