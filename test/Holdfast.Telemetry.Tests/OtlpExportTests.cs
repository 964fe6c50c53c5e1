using System.Net;
using System.Net.Sockets;
using Holdfast.Api.Contracts.Metrics;
using Holdfast.Telemetry.Tests.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Telemetry.Tests;

/// <summary>What a receiver gets.</summary>
public sealed class OtlpExportTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_figure_arrives_under_its_own_name_with_its_labels(bool usesGrpc)
    {
        await using var receiver = await Receiver.StartAsync(usesGrpc);
        using var export = Start(Options(receiver, usesGrpc), () => Figures("a", 1.5));

        var request = await receiver.UntilAsync(_ => true, Stop);

        var source = Attributes(request.ResourceMetrics.Single().Resource.Attributes);
        Assert.Equal(("holdfast", "shop", "node1", "1.2.3"), (source["service.name"], source["service.namespace"], source["service.instance.id"], source["service.version"]));
        var lag = Assert.Single(Metric(request, "holdfast_replication_lag_seconds").Gauge.DataPoints);
        var labels = Attributes(lag.Attributes);
        Assert.Equal(("shop", "node1", "b", 1.5), (labels["scope"], labels["name"], labels["member"], lag.AsDouble));
        var failures = Metric(request, "holdfast_store_failures_total").Sum;
        Assert.Equal((2, true, 2), (Assert.Single(failures.DataPoints).AsDouble, failures.IsMonotonic, failures.AggregationTemporality));
        Assert.Equal("Held.", Metric(request, "holdfast_lease_held").Description);
        Assert.Equal("a b=c", receiver.Tenants.First());
    }

    [Fact]
    public async Task A_series_that_is_no_more_is_sent_no_more_and_a_new_metric_is_sent_from_then_on()
    {
        await using var receiver = await Receiver.StartAsync(usesGrpc: false);
        var leader = "a";
        using var export = Start(Options(receiver, usesGrpc: false), () => Figures(Volatile.Read(ref leader), 0));
        await receiver.UntilAsync(request => Leaders(request) is ["a"], Stop);

        Volatile.Write(ref leader, "b");

        var next = await receiver.UntilAsync(request => Leaders(request).Contains("b"), Stop);
        Assert.Equal(["b"], Leaders(next));
        Assert.Single(Metric(next, "holdfast_new_since_b").Gauge.DataPoints);

        Volatile.Write(ref leader, "c");

        Assert.DoesNotContain((await receiver.UntilAsync(request => Leaders(request) is ["c"], Stop)).ResourceMetrics.Single().ScopeMetrics.Single().Metrics, metric => metric.Name == "holdfast_new_since_b");
    }

    [Fact]
    public async Task Two_exports_of_one_process_send_their_own_figures_only()
    {
        await using var receiver = await Receiver.StartAsync(usesGrpc: false);
        await using var other = await Receiver.StartAsync(usesGrpc: false);
        using var export = Start(Options(receiver, usesGrpc: false), () => Figures("a", 1));
        await receiver.UntilAsync(_ => true, Stop);
        using var later = Start(Options(other, usesGrpc: false), () => Figures("b", 2));
        await other.UntilAsync(_ => true, Stop);

        Assert.Equal(["a"], Leaders(await receiver.UntilAsync(_ => true, Stop)));
        Assert.Equal(["b"], Leaders(await other.UntilAsync(_ => true, Stop)));
    }

    [Fact]
    public async Task A_receiver_that_takes_connections_and_never_answers_holds_up_nobody_else()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var reads = 0;
        var options = new OtlpOptions { Endpoint = new($"http://{silent.LocalEndpoint}/v1/metrics"), Interval = TimeSpan.FromMilliseconds(100), Timeout = TimeSpan.FromMilliseconds(200) };

        var export = Start(options, () =>
        {
            Interlocked.Increment(ref reads);
            return Figures("a", 0);
        });

        while (Volatile.Read(ref reads) < 3)
        {
            await Task.Delay(50, Stop);
        }

        export.Dispose();
    }

    private static OtlpOptions Options(Receiver receiver, bool usesGrpc) => new()
    {
        Endpoint = new(receiver.Address + (usesGrpc ? "" : "/v1/metrics")),
        UsesGrpc = usesGrpc,
        Headers = [new("x-tenant", "a b=c")],
        Interval = TimeSpan.FromMilliseconds(100),
        Timeout = TimeSpan.FromSeconds(10),
    };

    private static OtlpExport Start(OtlpOptions options, Func<MetricList> read) => OtlpExport.Start(
        options, new OtlpSource("shop", "node1", "1.2.3", [new("scope", "shop"), new("name", "node1")], read), NullLogger<OtlpExport>.Instance);

    private static MetricList Figures(string leader, double lag)
    {
        var list = new MetricList();
        list.Gauge("holdfast_lease_held", "Held.", false);
        list.Gauge("holdfast_leader", "Leads.", new MetricSample("member", leader, 1));
        list.Gauge("holdfast_replication_lag_seconds", "Lag.", new MetricSample("member", "b", lag));
        list.Counter("holdfast_store_failures_total", "Failures.", new MetricSample("operation", "commit", 2));
        if (leader == "b")
        {
            list.Gauge("holdfast_new_since_b", "New.", true);
        }

        return list;
    }

    private static Metric Metric(ExportMetricsServiceRequest request, string name) =>
        request.ResourceMetrics.Single().ScopeMetrics.Single().Metrics.Single(metric => metric.Name == name);

    private static string[] Leaders(ExportMetricsServiceRequest request) =>
        [.. Metric(request, "holdfast_leader").Gauge.DataPoints.Select(point => Attributes(point.Attributes)["member"])];

    private static Dictionary<string, string> Attributes(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value.StringValue);
}
