using System.CommandLine;

namespace Holdfast.Bench.MySql;

/// <summary>The verb <c>mysql</c>: the same questions for a Group Replication group.</summary>
internal static class MySqlCommand
{
    public static Command Create(TimeProvider time)
    {
        var rounds = new Option<int>("--rounds") { Description = "Fresh clusters to measure", DefaultValueFactory = _ => 3 };
        var holdfast = new Option<string?>("--holdfast") { Description = "The executable of Holdfast; else the newest one that was built here" };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, as the last line" };
        var output = new Option<string>("--output")
        {
            Description = "The file for the table",
            DefaultValueFactory = _ => Path.Combine("bench", "results", "mysql.md"),
        };
        var command = new Command("mysql", "Kill, freeze, lose and switch the primary of a MySQL group, and end the whole group") { rounds, holdfast, json, output };
        command.SetAction(async (parsed, stopping) =>
        {
            var request = new MySqlRequest(
                parsed.GetValue(rounds),
                HoldfastProgram.Find(parsed.GetValue(holdfast)),
                parsed.GetValue(json),
                parsed.GetValue(output) ?? "",
                CommandLines.Of(parsed));
            return await CommandLines.RunAsync(new MySqlBench(request, time).RunAsync, stopping);
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
internal sealed record MySqlRequest(int Rounds, IReadOnlyList<string> Program, bool IsJson, string Output, string CommandLine);
