using System.CommandLine;
using Holdfast.StoreServers;

namespace Holdfast.Bench.Stores;

/// <summary>The verb <c>stores</c>: what the stores cost, and what clients feel when one of them is lost.</summary>
internal static class StoresCommand
{
    public static Command Create(TimeProvider time)
    {
        var rounds = new Option<int>("--rounds") { Description = "How often everything is measured", DefaultValueFactory = _ => 3 };
        var outage = new Option<int>("--outage-seconds") { Description = "How long the store is away", DefaultValueFactory = _ => 600 };
        var holdfast = new Option<string?>("--holdfast") { Description = "The executable of Holdfast; else the newest one that was built here" };
        var consul = new Option<string?>("--consul") { Description = "Consul's executable; else the one that was unpacked here; without one it is not measured" };
        var only = new Option<string[]>("--only") { Description = "Measure only these: raft, etcd, consul, outage", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong([.. Enum.GetNames<StorePart>().Select(part => part.ToLowerInvariant())]);
        var json = new Option<bool>("--json") { Description = "Print the figures as JSON, as the last line" };
        var output = new Option<string?>("--output") { Description = "The file for the table; else bench/results/stores.md, and none with --only" };
        var command = new Command("stores", "The embedded store's commits and elections; crashes, lost hosts and a lost store on etcd and Consul")
        {
            rounds, outage, holdfast, consul, only, json, output,
        };
        command.SetAction(async (parsed, stopping) =>
        {
            var parts = parsed.GetValue(only) is { Length: > 0 } named
                ? named.Select(part => Enum.Parse<StorePart>(part, ignoreCase: true)).ToHashSet()
                : null;
            var request = new StoresRequest(
                parsed.GetValue(rounds),
                TimeSpan.FromSeconds(parsed.GetValue(outage)),
                HoldfastProgram.Find(parsed.GetValue(holdfast)),
                parsed.GetValue(consul) ?? (File.Exists(ConsulOptions.ProgramDefault) ? ConsulOptions.ProgramDefault : null),
                parts ?? [.. Enum.GetValues<StorePart>()],
                parsed.GetValue(json),
                parsed.GetValue(output) ?? (parts is null ? Path.Combine("bench", "results", "stores.md") : null),
                CommandLines.Of(parsed));
            return await CommandLines.RunAsync(new StoresBench(request, time).RunAsync, stopping);
        });
        return command;
    }
}

/// <summary>What can be measured apart from the rest.</summary>
internal enum StorePart
{
    Raft,
    Etcd,
    Consul,
    Outage,
}

/// <summary>What is to be measured.</summary>
/// <param name="Rounds">How often.</param>
/// <param name="Outage">How long the store is away.</param>
/// <param name="Program">Holdfast's executable.</param>
/// <param name="Consul">Consul's; null: it is not measured.</param>
/// <param name="Parts">Which stores, and whether the outage too.</param>
/// <param name="IsJson">Whether the last line is JSON.</param>
/// <param name="Output">The file for the table; null: none is written.</param>
/// <param name="CommandLine">As somebody would repeat it.</param>
internal sealed record StoresRequest(
    int Rounds,
    TimeSpan Outage,
    IReadOnlyList<string> Program,
    string? Consul,
    IReadOnlySet<StorePart> Parts,
    bool IsJson,
    string? Output,
    string CommandLine);
