using System.Text.Json.Nodes;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Model.Probes;
using Xunit;

namespace Holdfast.Api.Tests;

/// <summary>What the page is told of every member's clients, and of silences.</summary>
public sealed class LiveProbeTests
{
    private static readonly ProbeReport Told = new(null, 0, 0) { Writes = new(TimeSpan.FromMilliseconds(3), TimeSpan.FromMilliseconds(25)), Availability = 0.9999, BudgetLeft = 0.8 };

    [Fact]
    public async Task The_members_own_probe_is_told_as_it_is_and_the_others_as_the_store_has_them()
    {
        await using var api = await RunningApi.StartAsync(WithReports(Views.Primary(RunningApi.Now), report => report.Name.Text == "b" ? report with { Probe = Told } : report));
        api.Control.Probe = ProbeRecords.Failing;

        var probes = (await OverviewAsync(api))["probes"]!.AsArray();

        Assert.Equal(["a", "b"], probes.Select(probe => (string?)probe!["member"]));
        Assert.False((bool?)probes[0]!["last_outage"]!["is_over"]);
        Assert.Equal((0.003, 0.025), ((double?)probes[1]!["write_median_seconds"], (double?)probes[1]!["write_slowest_seconds"]));
        Assert.Equal((0.9999, 0.8), ((double?)probes[1]!["availability"], (double?)probes[1]!["budget_left"]));
        Assert.Null(probes[1]!["last_outage"]);
    }

    [Fact]
    public async Task Where_nobody_probes_there_is_nothing_of_it()
    {
        await using var api = await RunningApi.StartAsync(Views.Primary(RunningApi.Now));

        Assert.Empty((await OverviewAsync(api))["probes"]!.AsArray());
    }

    [Fact]
    public async Task Silences_that_hold_are_told_with_their_ends()
    {
        var view = Views.Primary(RunningApi.Now);
        var now = TimeProvider.System.GetUtcNow();
        var silence = new AlertSilence("1", null, "b", now, now.AddHours(2), "anna", "a new disk");
        await using var api = await RunningApi.StartAsync(view with { Store = view.Store with { AlertAnswers = new([silence, silence with { Id = "0", EndsAt = now }], []) } });

        var told = Assert.Single((await OverviewAsync(api))["silences"]!.AsArray())!;

        Assert.Equal(("1", "b", "anna", "a new disk"), ((string?)told["id"], (string?)told["member"], (string?)told["by"], (string?)told["comment"]));
    }

    private static ClusterView WithReports(ClusterView view, Func<MemberReport, MemberReport> change) =>
        view with { Store = view.Store with { Members = [.. view.Store.Members.Select(change)] } };

    private static async Task<JsonNode> OverviewAsync(RunningApi api)
    {
        using var response = await api.Client.GetAsync(new Uri("/holdfast/v1/events", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
        return JsonNode.Parse((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!["data: ".Length..])!;
    }
}
