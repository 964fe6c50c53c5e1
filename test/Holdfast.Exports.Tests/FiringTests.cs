using Holdfast.Decisions.Alerts;
using Holdfast.Exports.Prometheus;
using Holdfast.PrometheusPrograms;
using Xunit;

namespace Holdfast.Exports.Tests;

/// <summary>When Prometheus would fire the exported rules, and when not, as promtool's own unit tests see it.</summary>
public sealed class FiringTests : IDisposable
{
    private const string Lag = "holdfast_replication_lag_seconds{scope=\"shop\",name=\"a\",member=\"b\"}";
    private const string Disk = "holdfast_disk_free_percent{scope=\"shop\",name=\"a\",member=\"b\"}";
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-firing-").FullName;

    /// <summary>What is measured every 5 s, at which second what fires; nothing where no alert is named.</summary>
    public static TheoryData<string, string, string, int, bool> Cases { get; } = new()
    {
        { "a minute of lag itself is none", Lag, "60x20", 60, false },
        { "a little more than a minute is", Lag, "60.1x20", 60, true },
        { "it goes on above half a minute", Lag, "61x3 31x40", 120, true },
        { "at half a minute it is over", Lag, "61x3 30x40", 120, false },
        { "below a minute nothing begins", Lag, "59x20", 60, false },
        { "a tenth of the disk is room enough", Disk, "10x20", 60, false },
        { "a little less is not", Disk, "9.9x20", 60, true },
        { "it goes on below 12 %", Disk, "9x3 11.9x40", 120, true },
        { "at 12 % it is over", Disk, "9x3 12x40", 120, false },
        { "a primary that is gone for less than 5 s is no news", "holdfast_primary_available{scope=\"shop\",name=\"a\"}", "1 0 1x20", 10, false },
        { "one that is gone for longer is", "holdfast_primary_available{scope=\"shop\",name=\"a\"}", "1 0x20", 60, true },
        { "until it is back", "holdfast_primary_available{scope=\"shop\",name=\"a\"}", "0x5 1x40", 120, false },
        { "a quorum that is lost", "holdfast_quorum{scope=\"shop\",name=\"a\"}", "1 0x20", 60, true },
        { "and found again", "holdfast_quorum{scope=\"shop\",name=\"a\"}", "0x5 1x40", 120, false },
        { "a standby that is away for less than 10 s", "holdfast_standby_connected{scope=\"shop\",name=\"a\",member=\"b\"}", "1 0 1x20", 15, false },
        { "a standby that is away", "holdfast_standby_connected{scope=\"shop\",name=\"a\",member=\"b\"}", "1 0x20", 60, true },
        { "and back", "holdfast_standby_connected{scope=\"shop\",name=\"a\",member=\"b\"}", "0x5 1x40", 120, false },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Prometheus_fires_as_Holdfast_does(string sentence, string series, string values, int second, bool fires)
    {
        Assert.NotEmpty(sentence);
        var (alert, text, severity) = AlertOf(series);
        var isOfMember = series.Contains("member=", StringComparison.Ordinal);
        var value = values.Split(' ')[^1].Split('x')[0];
        await File.WriteAllTextAsync(Path.Combine(directory, "holdfast.rules.yml"), RuleFile.Write(AlertDefaults.Rules, new ExportOptions { Scope = "shop" }), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(directory, "test.yml"), $$$"""
            rule_files: [holdfast.rules.yml]
            evaluation_interval: 5s
            tests:
              - interval: 5s
                input_series:
                  - series: '{{{series}}}'
                    values: '{{{string.Join(' ', values.Split(' ').Select(Repeated))}}}'
                alert_rule_test:
                  - alertname: {{{alert}}}
                    eval_time: {{{second}}}s
                    exp_alerts: {{{(fires ? "" : "[]")}}}
            {{{(fires ? Expected(alert, severity, isOfMember, text.Replace("VALUE", Rounded(value), StringComparison.Ordinal)) : "")}}}
            """, TestContext.Current.CancellationToken);

        var (status, said) = await PrometheusProgram.RunAsync("promtool", ["test", "rules", Path.Combine(directory, "test.yml")]);

        Assert.True(status == 0, said);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static string Expected(string alert, string severity, bool isOfMember, string summary) => $$$"""
                      - exp_labels: {scope: shop{{{(isOfMember ? ", member: b" : "")}}}, severity: {{{severity}}}}
                        exp_annotations:
                          summary: 'shop: {{{summary}}}'
                          description: "'holdfast status shop' and 'holdfast explain shop' say more."
                          runbook_url: 'docs/runbooks.md#{{{alert.ToLowerInvariant()}}}'
        """;

    private static (string Alert, string Summary, string Severity) AlertOf(string series) => series.Split('{')[0] switch
    {
        "holdfast_replication_lag_seconds" => ("ReplicationLag", "b is VALUE s behind the primary", "warning"),
        "holdfast_disk_free_percent" => ("DiskSpaceLow", "the disk of b has VALUE % free", "warning"),
        "holdfast_primary_available" => ("PrimaryUnavailable", "no member accepts writes", "critical"),
        "holdfast_quorum" => ("QuorumLost", "the store does not answer, or half of the group''s members do not", "critical"),
        _ => ("StandbyNotConnected", "b does not follow the primary", "critical"),
    };

    /// <summary>As promtool writes series: the value, and how many more of it.</summary>
    private static string Repeated(string part) => part.Split('x') is [var value, var count] ? $"{value}+0x{count}" : part;

    private static string Rounded(string value) => value.Contains('.', StringComparison.Ordinal) ? value : value + ".0";
}
