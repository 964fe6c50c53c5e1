namespace Holdfast.Api.Contracts.Metrics;

/// <summary>One metric with everything that is measured of it now.</summary>
/// <param name="Name">In Prometheus' form: lower case, the unit at its end, <c>_total</c> for what only grows.</param>
/// <param name="Help">One sentence.</param>
/// <param name="Kind">How it may change.</param>
/// <param name="Samples">Each with other labels.</param>
public sealed record MetricFamily(string Name, string Help, MetricKind Kind, IReadOnlyList<MetricSample> Samples);

public enum MetricKind
{
    /// <summary>Goes up and down.</summary>
    Gauge,

    /// <summary>Grows, and begins at zero with the process that counts.</summary>
    Counter,

    /// <summary>Counts by upper bounds (<c>_bucket</c>), their sum and their number; each grows.</summary>
    Histogram,
}

/// <summary>One figure.</summary>
/// <param name="Value">In the unit that the metric's name says.</param>
/// <param name="Labels">Those that tell it from the metric's other samples.</param>
public sealed record MetricSample(double Value, params IReadOnlyList<KeyValuePair<string, string>> Labels)
{
    public MetricSample(string label, string labelValue, double value)
        : this(value, [new KeyValuePair<string, string>(label, labelValue)])
    {
    }

    /// <summary>What comes behind the metric's name: <c>_bucket</c>, <c>_sum</c> and <c>_count</c> of a histogram.</summary>
    public string Suffix { get; init; } = "";

    /// <summary>How the value is written; null: as the number that it is.</summary>
    public string? Text { get; init; }
}
