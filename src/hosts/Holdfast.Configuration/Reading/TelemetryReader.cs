using System.Collections.Immutable;

namespace Holdfast.Configuration.Reading;

/// <summary>Reads the section <c>telemetry</c>.</summary>
internal static class TelemetryReader
{
    /// <summary>What OTLP over HTTP adds to the address of a receiver (OpenTelemetry Protocol Exporter, "Endpoint URLs for OTLP/HTTP").</summary>
    private const string MetricsPath = "/v1/metrics";

    private const string Expected = "an address such as http://127.0.0.1:4318";

    public static OtlpConfiguration? Read(Section section)
    {
        var otlp = section.Inner("otlp");
        var configuration = otlp.IsPresent ? ReadOtlp(otlp) : null;
        otlp.RefuseUnknown();
        section.RefuseUnknown();
        return configuration;
    }

    private static OtlpConfiguration? ReadOtlp(Section section)
    {
        var protocol = section.Word("protocol", ("http/protobuf", OtlpProtocol.HttpProtobuf), ("grpc", OtlpProtocol.Grpc)) ?? OtlpProtocol.HttpProtobuf;
        var (whole, given) = (Address(section, "metrics_endpoint"), Address(section, "endpoint"));
        if (section.Node("endpoint") is null && section.Node("metrics_endpoint") is null)
        {
            section.Missing("endpoint", "http://127.0.0.1:4318");
        }

        var initial = new OtlpConfiguration { Endpoint = whole ?? (given is null ? new("http://127.0.0.1") : WithPath(given, protocol)) };
        var configuration = initial with
        {
            Protocol = protocol,
            Headers = ReadHeaders(section),
            Interval = section.Duration("interval", 1, 3600) ?? initial.Interval,
            Timeout = section.Duration("timeout", 0.1m, 300) ?? initial.Timeout,
        };
        return whole is null && given is null ? null : configuration;
    }

    private static ImmutableArray<NamedValue> ReadHeaders(Section section)
    {
        var headers = section.NamedValues("headers");
        foreach (var header in headers.Where(header => $"{header.Name}{header.Value}".Any(letter => letter == ',' || char.IsControl(letter))))
        {
            section.Inner("headers").Error(header.Name, "has a comma or a line break in it, which cannot be sent");
        }

        return headers;
    }

    private static Uri? Address(Section section, string key)
    {
        if (section.Scalar(key, Expected) is not { } scalar)
        {
            return null;
        }

        if (Uri.TryCreate(scalar.Text, UriKind.Absolute, out var url) && url is { Scheme: "http" or "https", UserInfo.Length: 0 })
        {
            return url;
        }

        section.Wrong(key, scalar, Expected);
        return null;
    }

    private static Uri WithPath(Uri given, OtlpProtocol protocol) =>
        protocol == OtlpProtocol.Grpc || given.AbsolutePath.EndsWith(MetricsPath, StringComparison.Ordinal)
            ? given
            : new(given.GetLeftPart(UriPartial.Path).TrimEnd('/') + MetricsPath);
}
