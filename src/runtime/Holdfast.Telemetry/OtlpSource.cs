using Holdfast.Api.Contracts.Metrics;

namespace Holdfast.Telemetry;

/// <summary>Whose figures they are.</summary>
/// <param name="Scope">The cluster.</param>
/// <param name="Name">The member.</param>
/// <param name="Version">The product's.</param>
/// <param name="Labels">What every sample has.</param>
/// <param name="Read">The figures as they are now; called from the exporter's thread.</param>
public sealed record OtlpSource(string Scope, string Name, string Version, IReadOnlyList<KeyValuePair<string, string>> Labels, Func<MetricList> Read);
