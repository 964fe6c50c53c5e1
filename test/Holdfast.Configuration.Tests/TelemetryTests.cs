using Xunit;

namespace Holdfast.Configuration.Tests;

public sealed class TelemetryTests
{
    [Fact]
    public void A_receiver_is_read_with_its_defaults()
    {
        var otlp = Configurations.Valid(Configurations.Smallest + "telemetry: {otlp: {endpoint: 'http://127.0.0.1:4318'}}\n").Otlp!;

        Assert.Equal("http://127.0.0.1:4318/v1/metrics", otlp.Endpoint.ToString());
        Assert.Equal((OtlpProtocol.HttpProtobuf, TimeSpan.FromSeconds(10), TimeSpan.FromSeconds(10)), (otlp.Protocol, otlp.Interval, otlp.Timeout));
        Assert.Empty(otlp.Headers);
        Assert.Null(Configurations.Valid(Configurations.Smallest).Otlp);
    }

    [Fact]
    public void Every_key_is_read()
    {
        var otlp = Configurations.Valid(Configurations.Smallest + """
            telemetry:
              otlp: {endpoint: 'https://otel.example:4317', protocol: grpc, headers: {api-key: s3cret}, interval: 30s, timeout: 2.5}
            """).Otlp!;

        Assert.Equal(("https://otel.example:4317/", OtlpProtocol.Grpc), (otlp.Endpoint.ToString(), otlp.Protocol));
        Assert.Equal((TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(2.5), "api-key=s3cret"), (otlp.Interval, otlp.Timeout, string.Join(',', otlp.Headers.Select(header => $"{header.Name}={header.Value}"))));
        Assert.DoesNotContain("s3cret", otlp.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_standard_variables_are_read_and_the_file_wins()
    {
        var environment = new Dictionary<string, string>
        {
            ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "http://collector:4318/base",
            ["OTEL_EXPORTER_OTLP_HEADERS"] = "api-key=a%20b,tenant=shop",
            ["OTEL_EXPORTER_OTLP_TIMEOUT"] = "1500",
            ["OTEL_METRIC_EXPORT_INTERVAL"] = "60000",
        };

        var alone = Read(Configurations.Smallest, environment);
        var beside = Read(Configurations.Smallest + "telemetry: {otlp: {endpoint: 'http://127.0.0.1:9', interval: 5}}\n", environment);

        Assert.Equal(("http://collector:4318/base/v1/metrics", TimeSpan.FromSeconds(1.5), TimeSpan.FromMinutes(1)), (alone!.Endpoint.ToString(), alone.Timeout, alone.Interval));
        Assert.Equal("api-key=a b;tenant=shop", string.Join(';', alone.Headers.Select(header => $"{header.Name}={header.Value}")));
        Assert.Equal(("http://127.0.0.1:9/v1/metrics", TimeSpan.FromSeconds(5)), (beside!.Endpoint.ToString(), beside.Interval));
    }

    [Fact]
    public void An_address_for_metrics_alone_is_taken_as_it_is_and_a_disabled_exporter_is_none()
    {
        var environment = new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_METRICS_ENDPOINT"] = "http://collector/somewhere" };

        Assert.Equal("http://collector/somewhere", Read(Configurations.Smallest, environment)!.Endpoint.ToString());

        environment["OTEL_SDK_DISABLED"] = "true";
        Assert.Null(Read(Configurations.Smallest, environment));
        Assert.Null(Read(Configurations.Smallest, new Dictionary<string, string> { ["OTEL_EXPORTER_OTLP_HEADERS"] = "a=b" }));
    }

    [Theory]
    [InlineData("telemetry: {otlp: {endpoint: collector}}", "telemetry.otlp.endpoint", "an address such as http://127.0.0.1:4318")]
    [InlineData("telemetry: {otlp: {interval: 5}}", "telemetry.otlp.endpoint", "http://127.0.0.1:4318")]
    [InlineData("telemetry: {otlp: {endpoint: 'http://a', protocol: http/json}}", "telemetry.otlp.protocol", "http/protobuf")]
    [InlineData("telemetry: {otlp: {endpoint: 'http://a', intervall: 5}}", "telemetry.otlp.intervall", "interval")]
    [InlineData("telemetry: {otlp: {endpoint: 'http://a', interval: 0.1}}", "telemetry.otlp.interval", "from 1 to 3600")]
    [InlineData("telemetry: {otlp: {endpoint: 'http://a', headers: {key: 'pass,word'}}}", "telemetry.otlp.headers.key", "comma")]
    [InlineData("telemetry: {otlp: {endpoint: 'http://a', headers: {key: [pass]}}}", "telemetry.otlp.headers.key", "a single value")]
    public void A_mistake_is_named_with_its_place_and_without_a_secret(string yaml, string key, string words)
    {
        var result = ConfigurationLoader.Parse(Configurations.Smallest + yaml + "\n", "node1.yml", new Dictionary<string, string>(), ConfigurationPurpose.Agent);

        var problem = Assert.Single(result.Problems).ToString();
        Assert.Contains(key, problem, StringComparison.Ordinal);
        Assert.Contains(words, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("pass", problem, StringComparison.Ordinal);
    }

    private static OtlpConfiguration? Read(string yaml, Dictionary<string, string> environment)
    {
        var result = ConfigurationLoader.Parse(yaml, "node1.yml", environment, ConfigurationPurpose.Agent);
        Assert.Equal([], result.Problems.Select(problem => problem.ToString()));
        return result.Configuration!.Otlp;
    }
}
