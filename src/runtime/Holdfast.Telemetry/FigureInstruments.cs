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

    /// <summary>A meter is known to the whole process by its name: another export of the process has one of the same.</summary>
    public bool Made(Instrument instrument) => ReferenceEquals(instrument.Meter, meter);

    public void Dispose() => meter.Dispose();

    private void Create(MetricFamily family)
    {
        var name = family.Name;
        if (family.Kind == MetricKind.Gauge)
        {
            meter.CreateObservableGauge(name, () => Measure(name, ""), unit: null, family.Help);
            return;
        }

        // No instrument shows a histogram that was counted elsewhere, so its parts go as the counters that they are.
        foreach (var suffix in family.Samples.Select(sample => sample.Suffix).Distinct())
        {
            meter.CreateObservableCounter(name + suffix, () => Measure(name, suffix), unit: null, family.Help);
        }
    }

    private IEnumerable<Measurement<double>> Measure(string name, string suffix) =>
        current.TryGetValue(name, out var family)
            ? family.Samples.Where(sample => sample.Suffix == suffix).Select(sample => new Measurement<double>(sample.Value, [.. common, .. sample.Labels.Select(label => KeyValuePair.Create(label.Key, (object?)label.Value))]))
            : [];
}
