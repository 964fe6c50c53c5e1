using System.CommandLine;
using System.CommandLine.Parsing;

namespace Holdfast.Bench.Router;

/// <summary>The verb <c>router</c>: what a router costs, and what clients behind one feel, beside HAProxy and PgBouncer.</summary>
internal static class RouterCommand
{
    private static readonly string PartNames = string.Join(", ", Enum.GetNames<RouterPart>().Select(part => part.ToLowerInvariant()));

    public static Command Create(TimeProvider time)
    {
        var rounds = new Option<int>("--rounds") { Description = "How often everything is measured", DefaultValueFactory = _ => 3 };
        var holdfast = new Option<string?>("--holdfast") { Description = "The executable of Holdfast; else the newest one that was built here" };
        var only = new Option<IReadOnlySet<RouterPart>?>("--only")
        {
            Description = $"Measure only these, with commas between them: {PartNames}",
            Arity = ArgumentArity.OneOrMore,
            AllowMultipleArgumentsPerToken = true,
            CustomParser = ReadParts,
        };
        var minutes = new Option<double>("--minutes") { Description = "How long each half of the part 'drivers' takes", DefaultValueFactory = _ => 10 };
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, as the last line" };
        var output = new Option<string?>("--output") { Description = "The file for the table; else bench/results/router.md, and none with --only" };
        var command = new Command("router", "Holdfast's router, HAProxy and PgBouncer before the same PostgreSQL: throughput, memory, faults")
        {
            rounds, holdfast, only, minutes, json, output,
        };
        command.SetAction(async (parsed, stopping) =>
        {
            var parts = parsed.GetValue(only);
            var request = new RouterRequest(
                parsed.GetValue(rounds),
                HoldfastProgram.Find(parsed.GetValue(holdfast)),
                parts ?? Enum.GetValues<RouterPart>().Where(part => part != RouterPart.Drivers).ToHashSet(),
                TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                parsed.GetValue(json),
                parsed.GetValue(output) ?? (parts is null ? Path.Combine("bench", "results", "router.md") : null),
                CommandLines.Of(parsed));
            return await CommandLines.RunAsync(new RouterBench(request, time).RunAsync, stopping);
        });
        return command;
    }

    private static HashSet<RouterPart> ReadParts(ArgumentResult given)
    {
        var parts = new HashSet<RouterPart>();
        foreach (var word in given.Tokens.SelectMany(token => token.Value.Split(',', StringSplitOptions.RemoveEmptyEntries)))
        {
            if (Enum.TryParse<RouterPart>(word, ignoreCase: true, out var part) && Enum.IsDefined(part))
            {
                parts.Add(part);
            }
            else
            {
                given.AddError($"There is no part '{word}'; there are {PartNames}");
            }
        }

        return parts;
    }
}
