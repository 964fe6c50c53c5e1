using Holdfast.Api.Contracts.Metrics;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace Holdfast.Telemetry.Tests;

/// <summary>What somebody else's receiver makes of it.</summary>
public sealed class RealReceiverTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task VictoriaMetrics_answers_for_every_figure_under_its_own_name_and_labels()
    {
        await using var receiver = await VictoriaMetrics.StartAsync(Stop);
        using var export = OtlpExport.Start(
            new() { Endpoint = receiver.Endpoint, Interval = TimeSpan.FromMilliseconds(500), Timeout = TimeSpan.FromSeconds(10) },
            new OtlpSource("shop", "node1", "1.2.3", [new("scope", "shop"), new("name", "node1")], Figures),
            NullLogger<OtlpExport>.Instance);

        var (labels, lag) = Assert.Single(await receiver.UntilAsync("holdfast_replication_lag_seconds", answer => answer.Count > 0, Stop));

        Assert.Equal(("shop", "node1", "b", "1.5"), (labels["scope"], labels["name"], labels["member"], lag));
        Assert.Equal(("holdfast", "shop", "node1"), (labels["service.name"], labels["service.namespace"], labels["service.instance.id"]));
        Assert.Equal("2", Assert.Single(await receiver.UntilAsync("holdfast_store_failures_total{operation=\"commit\"}", answer => answer.Count > 0, Stop)).Value);
    }

    private static MetricList Figures()
    {
        var list = new MetricList();
        list.Gauge("holdfast_replication_lag_seconds", "Lag.", new MetricSample("member", "b", 1.5));
        list.Counter("holdfast_store_failures_total", "Failures.", new MetricSample("operation", "commit", 2));
        return list;
    }
}
