using Holdfast.Model.Alerts;

namespace Holdfast.Exports.Prometheus;

/// <summary>One alerting rule as Prometheus takes it.</summary>
internal sealed record PrometheusAlert
{
    public required string Name { get; init; }

    /// <summary>In PromQL.</summary>
    public required string Query { get; init; }

    public required TimeSpan For { get; init; }

    public TimeSpan KeepFor { get; init; }

    public required AlertSeverity Severity { get; init; }

    /// <summary>With Prometheus' templates in it.</summary>
    public required string Summary { get; init; }

    public string Description { get; init; } = "'holdfast status {{ $labels.scope }}' and 'holdfast explain {{ $labels.scope }}' say more.";

    public required string Runbook { get; init; }
}
