using System.CommandLine;

namespace Holdfast.Bench.Failover;

/// <summary>The verb <c>failover</c>: how long clients wait, what is lost, and what an agent costs.</summary>
internal static class FailoverCommand
{
    public static Command Create(TimeProvider time)
    {
        var rounds = new Option<int>("--rounds") { Description = "Fresh clusters to measure", DefaultValueFactory = _ => 3 };
        var freeze = new Option<int>("--freeze-seconds") { Description = "How long the frozen primary stays frozen", DefaultValueFactory = _ => 60 };
        var holdfast = new Option<string?>("--holdfast") { Description = "The executable of Holdfast; else the newest one that was built here" };
        var patroni = new Option<bool>("--with-patroni")
        {
            Description = "Measure Patroni beside it (default: when patroni and etcd are installed)",
            DefaultValueFactory = _ => PatroniInstallation.IsComplete,
        };
        var onlyPatroni = new Option<bool>("--only-patroni") { Description = "Measure Patroni alone" };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, as the last line" };
        var output = new Option<string>("--output")
        {
            Description = "The file for the table",
            DefaultValueFactory = _ => Path.Combine("bench", "results", "failover.md"),
        };
        var command = new Command("failover", "Kill, lose, freeze and switch the primary under load")
        {
            rounds, freeze, holdfast, patroni, onlyPatroni, json, output,
        };
        command.SetAction(async (parsed, stopping) =>
        {
            var request = new FailoverRequest(
                parsed.GetValue(rounds),
                TimeSpan.FromSeconds(parsed.GetValue(freeze)),
                parsed.GetValue(onlyPatroni) ? null : HoldfastProgram.Find(parsed.GetValue(holdfast)),
                parsed.GetValue(patroni) || parsed.GetValue(onlyPatroni),
                parsed.GetValue(json),
                parsed.GetValue(output) ?? "",
                CommandLines.Of(parsed));
            return await CommandLines.RunAsync(new FailoverBench(request, time).RunAsync, stopping);
        });
        return command;
    }
}

/// <summary>What is to be measured.</summary>
/// <param name="Rounds">Fresh clusters.</param>
/// <param name="Freeze">How long a frozen primary stays frozen.</param>
/// <param name="Program">Holdfast's executable; null: it is not measured.</param>
/// <param name="WithPatroni">Whether Patroni is.</param>
/// <param name="IsJson">Whether the last line is JSON.</param>
/// <param name="Output">The file for the table.</param>
/// <param name="CommandLine">As somebody would repeat it.</param>
internal sealed record FailoverRequest(
    int Rounds,
    TimeSpan Freeze,
    IReadOnlyList<string>? Program,
    bool WithPatroni,
    bool IsJson,
    string Output,
    string CommandLine);
