using Holdfast.Decisions.Alerts;
using Holdfast.Exports.Alertmanager;
using Holdfast.Exports.Prometheus;
using Holdfast.Model.Alerts;
using Holdfast.PrometheusPrograms;
using Xunit;

namespace Holdfast.Exports.Tests;

/// <summary>What Prometheus' and Alertmanager's own tools say of what is exported for them.</summary>
public sealed class RuleFileTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-exports-").FullName;

    [Theory]
    [InlineData(null)]
    [InlineData("shop")]
    [InlineData("a \"quoted\" \\ name")]
    public async Task Promtool_finds_the_rules_good(string? scope)
    {
        var said = await CheckRulesAsync(RuleFile.Write(Rules, new ExportOptions { Scope = scope }));

        Assert.Contains("SUCCESS: ", said, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_alert_of_the_cluster_is_there_with_its_page_in_the_runbooks()
    {
        var text = RuleFile.Write(AlertDefaults.Rules, new ExportOptions { Runbooks = "https://wiki.example/holdfast" });

        Assert.All(AlertDefaults.Rules, rule =>
        {
            Assert.Contains($"alert: \"{rule.Name}\"", text, StringComparison.Ordinal);
            Assert.Contains($"https://wiki.example/holdfast#{rule.Name.ToLowerInvariant()}\"", text, StringComparison.Ordinal);
        });
    }

    [Fact]
    public void Every_alert_has_a_heading_in_the_runbooks()
    {
        var headings = File.ReadLines(Repository.File(ExportOptions.RunbooksDefault)).Where(line => line.StartsWith("## ", StringComparison.Ordinal)).Select(line => line[3..]).ToList();
        var alerts = RuleFile.Write(AlertDefaults.Rules, new ExportOptions()).Split('\n')
            .Where(line => line.Contains("- alert: ", StringComparison.Ordinal)).Select(line => line.Split('"')[1]).ToList();

        Assert.Empty(alerts.Except(headings));
        Assert.Empty(headings.Except(alerts));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("shop's")]
    public async Task Amtool_finds_the_configuration_good(string? scope)
    {
        var file = Path.Combine(directory, "alertmanager.yml");
        await File.WriteAllTextAsync(file, RoutingFile.Write(Rules, new ExportOptions { Scope = scope }), TestContext.Current.CancellationToken);

        var (status, said) = await PrometheusProgram.RunAsync("amtool", ["check-config", file]);

        Assert.True(status == 0, said);
        Assert.Contains("SUCCESS", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pager", "alertname=PrimaryUnavailable", "severity=critical", "scope=shop")]
    [InlineData("chat", "alertname=ReplicationLag", "severity=warning", "scope=shop", "member=b")]
    [InlineData("nobody", "alertname=SomethingElse", "severity=critical")]
    public async Task Alertmanager_would_tell(string receiver, params string[] labels)
    {
        var file = Path.Combine(directory, "alertmanager.yml");
        await File.WriteAllTextAsync(file, RoutingFile.Write(AlertDefaults.Rules, new ExportOptions()), TestContext.Current.CancellationToken);

        var (status, said) = await PrometheusProgram.RunAsync("amtool", ["config", "routes", "test", $"--config.file={file}", .. labels]);

        Assert.True(status == 0, said);
        Assert.Contains(receiver, said, StringComparison.Ordinal);
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static System.Collections.Immutable.ImmutableArray<AlertRule> Rules =>
    [
        .. AlertDefaults.Rules,
        new("Back log's \"own\"", AlertExpression.Parse("apply_backlog >= 5000.5")!, TimeSpan.FromSeconds(1.5), AlertSeverity.Warning, "{subject} has {value}\nto apply") { KeepFor = TimeSpan.Zero },
        new("Worse", AlertExpression.Parse("apply_backlog > 9000")!, TimeSpan.Zero, AlertSeverity.Critical, "it has") { Runbook = "https://wiki.example/worse" },
    ];

    private async Task<string> CheckRulesAsync(string text)
    {
        var file = Path.Combine(directory, "holdfast.rules.yml");
        await File.WriteAllTextAsync(file, text, TestContext.Current.CancellationToken);
        var (status, said) = await PrometheusProgram.RunAsync("promtool", ["check", "rules", file]);
        Assert.True(status == 0, said + text);
        return said;
    }
}
