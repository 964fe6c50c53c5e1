using System.Text.Json.Nodes;
using Holdfast.Api.Tests;
using Xunit;

namespace Holdfast.Cli.Tests;

/// <summary><c>holdfast slo</c>: what clients meet, against the objective.</summary>
public sealed class SloTests
{
    [Fact]
    public async Task Without_any_probe_it_says_what_to_configure()
    {
        await using var terminal = await Terminal.StartAsync();

        var (status, _, error) = await terminal.RunAsync("slo", "demo");

        Assert.Equal(1, status);
        Assert.Contains("section probe", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_person_reads_the_outage_the_budget_and_what_is_wrong()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.B.Probe = ProbeRecords.Failing;

        var (status, output, _) = await terminal.RunAsync("slo", "demo");

        Assert.Equal(0, status);
        Assert.All(["| b ", "failing", "99.950 %", "0.1 s so far", "2.3 s", "5 ms", " b: 3 acknowledged writes are gone"], words => Assert.Contains(words, output, StringComparison.Ordinal));
        Assert.DoesNotContain("| a ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_reads_numbers()
    {
        await using var terminal = await Terminal.StartAsync();
        terminal.B.Probe = ProbeRecords.Failing;

        var (_, output, _) = await terminal.RunAsync("slo", "demo", "--format", "json");

        var row = Assert.Single(JsonNode.Parse(output)!.AsArray())!;
        Assert.Equal(("b", 3), (row["member"]!.GetValue<string>(), row["lost_writes"]!.GetValue<int>()));
        Assert.Equal(2.25, row["longest_outage_seconds"]!.GetValue<double>(), 6);
    }
}
