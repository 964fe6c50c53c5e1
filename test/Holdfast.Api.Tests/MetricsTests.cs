using System.Globalization;
using System.Text.RegularExpressions;
using Xunit;

namespace Holdfast.Api.Tests;

public sealed partial class MetricsTests
{
    [Fact]
    public async Task Every_line_is_in_Prometheus_format_and_every_sample_has_its_help_and_type_before_it()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        api.Control.Decisions = [new(DateTimeOffset.UnixEpoch, "leadership", "Keep\"Leading\"", "reason", [], "", 1)];

        var lines = (await api.AskAsync("GET", "/metrics")).Body.Split('\n');

        Assert.Equal("", lines[^1]);
        var described = new HashSet<string>();
        var typed = new HashSet<string>();
        foreach (var line in lines[..^1])
        {
            if (line.StartsWith("# HELP ", StringComparison.Ordinal))
            {
                Assert.True(described.Add(line.Split(' ')[2]), $"described twice: {line}");
            }
            else if (line.StartsWith("# TYPE ", StringComparison.Ordinal))
            {
                Assert.True(typed.Add(line.Split(' ')[2]), $"typed twice: {line}");
                Assert.EndsWith(" gauge", line, StringComparison.Ordinal);
            }
            else
            {
                var sample = Sample().Match(line);
                Assert.True(sample.Success, line);
                Assert.Contains(sample.Groups["name"].Value, described);
                Assert.Contains(sample.Groups["name"].Value, typed);
                Assert.True(double.TryParse(sample.Groups["value"].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _), line);
            }
        }
    }

    [Fact]
    public async Task Patronis_metrics_have_Patronis_values()
    {
        await using var primary = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));
        await using var replica = await RunningApi.StartAsync(Views.Replica(RunningApi.Now));

        var ofPrimary = (await primary.AskAsync("GET", "/metrics")).Body;
        var ofReplica = (await replica.AskAsync("GET", "/metrics")).Body;

        Holds(ofPrimary, "patroni_version", "040100");
        Holds(ofPrimary, "patroni_primary", "1");
        Holds(ofPrimary, "patroni_xlog_location", "50331744");
        Holds(ofPrimary, "patroni_postmaster_start_time", "1767323045.678");
        Holds(ofPrimary, "patroni_postgres_server_version", "150018");
        Holds(ofPrimary, "patroni_postgres_timeline", "2");
        Holds(ofPrimary, "patroni_postgres_state", "5");
        Holds(ofPrimary, "patroni_failover_priority", "1");
        Holds(ofPrimary, "patroni_cluster_unlocked", "0");
        Holds(ofPrimary, "holdfast_lease_held", "1");
        Holds(ofPrimary, "holdfast_term", "17");
        Holds(ofReplica, "patroni_primary", "0");
        Holds(ofReplica, "patroni_replica", "1");
        Holds(ofReplica, "patroni_postgres_streaming", "1");
        Holds(ofReplica, "patroni_xlog_replayed_location", "50331744");
        Holds(ofReplica, "holdfast_lease_held", "0");
        Assert.Contains("holdfast_standby_flush_lag_bytes{scope=\"demo\",name=\"a\",standby=\"c\"} 1000\n", ofPrimary, StringComparison.Ordinal);
        Assert.Contains("holdfast_fence_ready{scope=\"demo\",name=\"a\",fence=\"guard\"} 1\n", ofPrimary, StringComparison.Ordinal);
    }

    private static void Holds(string metrics, string name, string value) =>
        Assert.Contains($"\n{name}{{scope=\"demo\",name=\"a\"}} {value}\n", metrics, StringComparison.Ordinal);

    [GeneratedRegex("""^(?<name>[a-z_:][a-z0-9_:]*)\{([a-z_]+="([^"\\\n]|\\.)*",?)*\} (?<value>\S+)$""", RegexOptions.ExplicitCapture)]
    private static partial Regex Sample();
}
