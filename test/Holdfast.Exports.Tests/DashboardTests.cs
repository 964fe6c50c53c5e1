using System.Text.Json;
using System.Text.RegularExpressions;
using Holdfast.Decisions.Alerts;
using Holdfast.Exports.Grafana;
using Holdfast.Exports.Prometheus;
using Holdfast.PrometheusPrograms;
using Xunit;

namespace Holdfast.Exports.Tests;

/// <summary>What Grafana asks of a dashboard (its JSON model), and that Prometheus understands every question.</summary>
public sealed partial class DashboardTests : IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("holdfast-dashboards-").FullName;

    public static TheoryData<string> Dashboards { get; } = ["cluster", "fleet"];

    [Theory]
    [MemberData(nameof(Dashboards))]
    public void A_dashboard_has_an_address_a_title_variables_and_panels_in_places_of_their_own(string name)
    {
        using var document = JsonDocument.Parse(Dashboard(name));
        var root = document.RootElement;
        Assert.InRange(root.GetProperty("uid").GetString()!.Length, 8, 40);
        Assert.NotEmpty(root.GetProperty("title").GetString()!);
        Assert.InRange(root.GetProperty("schemaVersion").GetInt32(), 36, 65535);
        Assert.Equal(["datasource", "scope"], root.GetProperty("templating").GetProperty("list").EnumerateArray().Select(variable => variable.GetProperty("name").GetString()));

        var taken = new HashSet<(int X, int Y)>();
        var ids = new HashSet<int>();
        foreach (var panel in root.GetProperty("panels").EnumerateArray())
        {
            Assert.True(ids.Add(panel.GetProperty("id").GetInt32()));
            Assert.NotEmpty(panel.GetProperty("title").GetString()!);
            Assert.Contains(panel.GetProperty("type").GetString(), new[] { "row", "stat", "timeseries", "table" });
            var place = panel.GetProperty("gridPos");
            var (x, y, width, height) = (place.GetProperty("x").GetInt32(), place.GetProperty("y").GetInt32(), place.GetProperty("w").GetInt32(), place.GetProperty("h").GetInt32());
            Assert.InRange(x, 0, 23);
            Assert.InRange(width, 1, 24 - x);
            Assert.All(
                from column in Enumerable.Range(x, width)
                from line in Enumerable.Range(y, height)
                select (column, line),
                cell => Assert.True(taken.Add(cell), $"{panel.GetProperty("title")} lies over another panel"));
            if (panel.GetProperty("type").GetString() != "row")
            {
                HasGoodFields(panel);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Dashboards))]
    public async Task Prometheus_understands_every_question_of_a_dashboard(string name)
    {
        var rules = "groups:\n  - name: questions\n    rules:\n" + string.Concat(Queries(Dashboard(name)).Select((query, number) =>
            $"      - record: question_{number}\n        expr: {JsonSerializer.Serialize(query.Replace("$__rate_interval", "5m", StringComparison.Ordinal))}\n"));
        var file = Path.Combine(directory, "questions.yml");
        await File.WriteAllTextAsync(file, rules, TestContext.Current.CancellationToken);

        var (status, said) = await PrometheusProgram.RunAsync("promtool", ["check", "rules", file]);

        Assert.True(status == 0, said + rules);
    }

    [Fact]
    public void Whatever_is_exported_asks_for_metrics_that_are_described()
    {
        var described = MetricName().Matches(File.ReadAllText(Repository.File("docs/metrics.md"))).Select(match => match.Value).ToHashSet();
        string[] exported = [RuleFile.Write(AlertDefaults.Rules, new ExportOptions()), Dashboard("cluster"), Dashboard("fleet")];

        var asked = exported.SelectMany(text => MetricName().Matches(text).Select(match => match.Value)).ToHashSet();

        Assert.NotEmpty(asked);
        Assert.Empty(asked.Except(described));
    }

    public void Dispose() => Directory.Delete(directory, recursive: true);

    private static string Dashboard(string name) => name == "cluster" ? ClusterDashboard.Write() : FleetDashboard.Write();

    private static void HasGoodFields(JsonElement panel)
    {
        Assert.All(panel.GetProperty("targets").EnumerateArray(), target =>
        {
            Assert.Matches("^[A-Z]$", target.GetProperty("refId").GetString());
            Assert.NotEmpty(target.GetProperty("expr").GetString()!);
            Assert.Equal("${datasource}", target.GetProperty("datasource").GetProperty("uid").GetString());
        });
        var steps = panel.GetProperty("fieldConfig").GetProperty("defaults").GetProperty("thresholds").GetProperty("steps").EnumerateArray().Select(step => step.GetProperty("value")).ToList();
        Assert.Equal(JsonValueKind.Null, steps[0].ValueKind);
        Assert.Equal(steps.Skip(1).Select(step => step.GetDouble()).Order(), steps.Skip(1).Select(step => step.GetDouble()));
    }

    private static IEnumerable<string> Queries(string json)
    {
        using var document = JsonDocument.Parse(json);
        return
        [
            .. from panel in document.RootElement.GetProperty("panels").EnumerateArray()
               where panel.TryGetProperty("targets", out _)
               from target in panel.GetProperty("targets").EnumerateArray()
               select target.GetProperty("expr").GetString()!,
        ];
    }

    [GeneratedRegex(@"(?<![a-z:_])(holdfast|patroni)_[a-z0-9_]+(?![a-z0-9_:])", RegexOptions.ExplicitCapture)]
    private static partial Regex MetricName();
}
