using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace Holdfast.Telemetry;

/// <summary>
/// Sends a member's figures by OTLP, again and again, from a thread of its own: a receiver that is slow or dead costs nobody else anything, and
/// the process does not wait for it when it ends.
/// </summary>
public sealed partial class OtlpExport : IDisposable
{
#pragma warning disable CA2213 // The thread looks at it for as long as the receiver takes to answer, and the process does not wait for that.
    private readonly CancellationTokenSource ending = new();
#pragma warning restore CA2213
    private readonly OtlpOptions options;
    private readonly OtlpSource source;
    private readonly ILogger logger;

    private OtlpExport(OtlpOptions options, OtlpSource source, ILogger logger)
    {
        this.options = options;
        this.source = source;
        this.logger = logger;
    }

    /// <summary>Begins to send.</summary>
    public static OtlpExport Start(OtlpOptions options, OtlpSource source, ILogger<OtlpExport> logger)
    {
        var export = new OtlpExport(options, source, logger);
        new Thread(export.Run) { IsBackground = true, Name = "otlp" }.Start();
        return export;
    }

    public void Dispose() => ending.Cancel();

    private void Run()
    {
        using var figures = new FigureInstruments(source);
        using var exporter = new OtlpMetricExporter(ExporterOptions(options));
        using var reader = new BaseExportingMetricReader(exporter);
        using var provider = Sdk.CreateMeterProviderBuilder()
            .SetResourceBuilder(ResourceBuilder.CreateDefault().AddService("holdfast", source.Scope, source.Version, autoGenerateServiceInstanceId: false, source.Name))
            .AddMeter(FigureInstruments.MeterName)
            .AddView(instrument => figures.Made(instrument) ? null : MetricStreamConfiguration.Drop)
            .AddReader(reader)
            .Build();
        LogBegun(options.Endpoint.Authority, options.Interval.TotalSeconds);
        var wasTaken = true;
        do
        {
            wasTaken = Send(figures, reader, wasTaken);
        }
        while (!ending.Token.WaitHandle.WaitOne(options.Interval));
    }

    /// <summary>Whether the receiver has taken the figures; a change of that is told once.</summary>
    private bool Send(FigureInstruments figures, BaseExportingMetricReader reader, bool wasTaken)
    {
        bool isTaken;
        try
        {
            figures.Read();
            isTaken = reader.Collect((int)options.Timeout.TotalMilliseconds);
        }
#pragma warning disable CA1031 // The edge of the thread: whatever goes wrong here concerns no database.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            LogFailed(exception);
            isTaken = false;
        }

        if (isTaken != wasTaken)
        {
            LogChange(isTaken);
        }

        return isTaken;
    }

    private static OtlpExporterOptions ExporterOptions(OtlpOptions options) => new()
    {
        Endpoint = options.Endpoint,
        Protocol = options.UsesGrpc ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf,
        Headers = string.Join(',', options.Headers.Select(header => $"{Uri.EscapeDataString(header.Key)}={Uri.EscapeDataString(header.Value)}")),
        TimeoutMilliseconds = (int)options.Timeout.TotalMilliseconds,
    };

    private void LogChange(bool isTaken)
    {
        if (isTaken)
        {
            LogTaken(options.Endpoint.Authority);
        }
        else
        {
            LogNotTaken(options.Endpoint.Authority);
        }
    }

    [LoggerMessage(3301, LogLevel.Information, "Figures are sent by OTLP to {Receiver} every {Seconds} s")]
    private partial void LogBegun(string receiver, double seconds);

    [LoggerMessage(3302, LogLevel.Warning, "{Receiver} does not take the figures that are sent by OTLP; it is tried again every time")]
    private partial void LogNotTaken(string receiver);

    [LoggerMessage(3303, LogLevel.Information, "{Receiver} takes the figures again")]
    private partial void LogTaken(string receiver);

    [LoggerMessage(3304, LogLevel.Error, "The figures could not be sent by OTLP")]
    private partial void LogFailed(Exception exception);
}
