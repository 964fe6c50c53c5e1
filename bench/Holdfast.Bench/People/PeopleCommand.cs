using System.CommandLine;

namespace Holdfast.Bench.People;

/// <summary>The verb <c>people</c>: how long people wait for what they are told and ask for.</summary>
internal static class PeopleCommand
{
    public static Command Create(TimeProvider time)
    {
        var rounds = new Option<int>("--rounds") { Description = "Fresh clusters to measure", DefaultValueFactory = _ => 3 };
        var holdfast = new Option<string?>("--holdfast") { Description = "The executable of Holdfast; else the newest one that was built here" };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, as the last line" };
        var output = new Option<string>("--output")
        {
            Description = "The file for the table",
            DefaultValueFactory = _ => Path.Combine("bench", "results", "people.md"),
        };
        var command = new Command("people", "Raise an alert, approve a failover by a click, open the dashboard of one and of 500 clusters, scrape the metrics") { rounds, holdfast, json, output };
        command.SetAction(async (parsed, stopping) =>
        {
            var request = new PeopleRequest(
                parsed.GetValue(rounds),
                HoldfastProgram.Find(parsed.GetValue(holdfast)),
                parsed.GetValue(json),
                parsed.GetValue(output) ?? "",
                CommandLines.Of(parsed));
            return await CommandLines.RunAsync(new PeopleBench(request, time).RunAsync, stopping);
        });
        return command;
    }
}

/// <summary>What is to be measured.</summary>
/// <param name="Rounds">Fresh clusters.</param>
/// <param name="Program">Holdfast's executable.</param>
/// <param name="IsJson">Whether the last line is JSON.</param>
/// <param name="Output">The file for the table.</param>
/// <param name="CommandLine">As somebody would repeat it.</param>
internal sealed record PeopleRequest(int Rounds, IReadOnlyList<string> Program, bool IsJson, string Output, string CommandLine);
