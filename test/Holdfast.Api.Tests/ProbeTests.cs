using System.Globalization;
using System.Text.Json.Nodes;
using Holdfast.Model.Probes;
using Xunit;

namespace Holdfast.Api.Tests;

/// <summary>What the end-to-end probe has met, as metrics and in the status.</summary>
public sealed class ProbeTests
{
    [Fact]
    public async Task A_member_without_a_probe_says_nothing_of_one()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.DoesNotContain("probe", (await api.AskAsync("GET", "/metrics")).Body, StringComparison.Ordinal);
        Assert.Null(JsonNode.Parse((await api.AskAsync("GET", "/holdfast/v1/status")).Body)!["probe"]);
    }

    [Fact]
    public async Task Counters_outages_and_the_budget_are_on_the_metrics_page()
    {
        var metrics = await MetricsAsync();

        Holds(metrics, "holdfast_probe_served", "", "0");
        Holds(metrics, "holdfast_probe_attempts_total", "", "4");
        Holds(metrics, "holdfast_probe_failures_total", ",kind=\"timeout\"", "1");
        Holds(metrics, "holdfast_probe_failures_total", ",kind=\"refused\"", "0");
        Holds(metrics, "holdfast_probe_lost_writes_total", "", "3");
        Holds(metrics, "holdfast_probe_up_seconds_total", "", "0.5");
        Holds(metrics, "holdfast_probe_last_outage_seconds", "", "2.25");
        Holds(metrics, "holdfast_probe_longest_outage_seconds", "", "2.25");
        Holds(metrics, "holdfast_probe_present_outage_seconds", "", "0.1");
        Holds(metrics, "holdfast_probe_outages_total", "", "2");
        Holds(metrics, "holdfast_probe_objective_ratio", "", "0.9995");
        Assert.All(["1h", "1d", "30d"], window => Assert.Contains($"holdfast_probe_availability_ratio{{scope=\"demo\",name=\"a\",window=\"{window}\"}} 0.17", metrics, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Buckets_of_a_histogram_rise_to_its_count()
    {
        var buckets = (await MetricsAsync()).Split('\n')
            .Where(line => line.StartsWith("holdfast_probe_write_seconds_bucket", StringComparison.Ordinal))
            .Select(line => long.Parse(line.Split(' ')[^1], CultureInfo.InvariantCulture))
            .ToArray();

        Assert.Equal(LatencyHistogram.Bounds.Length + 1, buckets.Length);
        Assert.Equal(buckets.Order(), buckets);
        Assert.Equal(3, buckets[^1]);
        Holds(await MetricsAsync(), "holdfast_probe_write_seconds_count", "", "3");
        Holds(await MetricsAsync(), "holdfast_probe_write_seconds_sum", "", "0.012");
    }

    [Fact]
    public async Task The_status_says_how_clients_fare()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.Probe = ProbeRecords.Failing;

        var probe = JsonNode.Parse((await api.AskAsync("GET", "/holdfast/v1/status")).Body)!["probe"]!;

        Assert.Equal(("failing", "3 acknowledged writes are gone"), (probe["state"]!.GetValue<string>(), probe["trouble"]!.GetValue<string>()));
        Assert.Equal((4, 2, 3), (probe["attempts"]!.GetValue<int>(), probe["failures"]!.GetValue<int>(), probe["lost_writes"]!.GetValue<int>()));
        Assert.False(probe["last_outage"]!["is_over"]!.GetValue<bool>());
        Assert.Equal(0.005, probe["write_p99_seconds"]!.GetValue<double>());
    }

    private static async Task<string> MetricsAsync()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.Probe = ProbeRecords.Failing;
        return (await api.AskAsync("GET", "/metrics")).Body;
    }

    private static void Holds(string metrics, string name, string labels, string value) =>
        Assert.Contains($"\n{name}{{scope=\"demo\",name=\"a\"{labels}}} {value}\n", metrics, StringComparison.Ordinal);
}
