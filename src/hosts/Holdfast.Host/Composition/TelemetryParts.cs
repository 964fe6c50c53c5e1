using Holdfast.Api;
using Holdfast.Configuration;
using Holdfast.Telemetry;
using Microsoft.Extensions.Logging;

namespace Holdfast.Host.Composition;

/// <summary>From the section <c>telemetry</c> to an exporter.</summary>
internal static class TelemetryParts
{
    /// <summary>Null where the configuration names no receiver.</summary>
    public static OtlpExport? Start(HoldfastConfiguration configuration, RestApi api, ILoggerFactory loggers) => configuration.Otlp is { } otlp
        ? OtlpExport.Start(
            new OtlpOptions
            {
                Endpoint = otlp.Endpoint,
                UsesGrpc = otlp.Protocol == OtlpProtocol.Grpc,
                Headers = [.. otlp.Headers.Select(header => KeyValuePair.Create(header.Name, header.Value))],
                Interval = otlp.Interval,
                Timeout = otlp.Timeout,
            },
            new OtlpSource(configuration.Scope, configuration.Name, Product.Version, api.MetricLabels, api.ReadMetrics),
            loggers.CreateLogger<OtlpExport>())
        : null;
}
