using System.Diagnostics;
using System.Globalization;
using Holdfast.Simulation;

var seeds = Number("--seeds", 1000);
var from = Number("--from", 1);
var minutes = Number("--minutes", 0);
if (Argument("--replay") is { } replay)
{
    return Replay(long.Parse(replay, CultureInfo.InvariantCulture));
}

var options = new SimulationOptions
{
    EndsSessionsEarly = args.Contains("--early-ends"),
    Sabotage = Argument("--sabotage") is { } sabotage ? Enum.Parse<Sabotage>(sabotage) : Sabotage.None,
};
var clock = Stopwatch.StartNew();
var failed = 0;
var run = 0L;
var seconds = 0.0;
var acknowledged = 0L;
for (var seed = from; minutes > 0 ? clock.Elapsed.TotalMinutes < minutes : seed < from + seeds; seed++, run++)
{
    var result = Simulation.Run(seed, options);
    seconds += result.At.TotalSeconds;
    acknowledged += result.Acknowledged;

    // A store that only ends sessions early is nothing that a leader must lose its lease for.
    if ((result.Failure ?? (options.EndsSessionsEarly && result.Leaders > 1 ? "the leader changed" : null)) is { } failure)
    {
        failed++;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"seed {seed} at {result.At.TotalSeconds:0.000} s: {failure.Split('\n')[0]}"));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  ./run sim --replay {seed}{(options.EndsSessionsEarly ? " --early-ends" : "")}"));
        if (failed >= Number("--failures", 20))
        {
            run++;
            break;
        }
    }
}

Console.WriteLine(string.Create(
    CultureInfo.InvariantCulture,
    $"{run} seeds, {failed} failed, {run / clock.Elapsed.TotalMinutes:0} seeds a minute, {seconds / Math.Max(1, run):0} s of virtual time and {acknowledged / Math.Max(1, run)} acknowledged writes a seed"));
return failed == 0 ? 0 : 1;

string? Argument(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

long Number(string name, long otherwise) =>
    Argument(name) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

int Replay(long seed)
{
    var result = Simulation.Run(seed, new SimulationOptions { IsTracing = true, EndsSessionsEarly = args.Contains("--early-ends") });
    var lines = result.Trace;
    var shown = args.Contains("--trace") || result.Failure is null ? lines.Count : Math.Min(lines.Count, 150);
    foreach (var line in lines.Skip(lines.Count - shown))
    {
        Console.WriteLine(line);
    }

    Console.WriteLine(result.Failure is { } failure
        ? string.Create(CultureInfo.InvariantCulture, $"seed {seed} at {result.At.TotalSeconds:0.000} s: {failure}")
        : $"seed {seed} is fine");
    return result.Failure is null ? 0 : 1;
}
