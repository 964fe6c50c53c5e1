using System.Globalization;
using System.Runtime.InteropServices;
using Holdfast.Chaos;
using Holdfast.Demo;

const int good = 0, failed = 1, usage = 2, interrupted = 130;
var rounds = Number("--rounds", 20);
var seed = Number("--seed", Random.Shared.Next(1, 1_000_000));
if (rounds is not { } count || seed is not { } first || args.Length % 2 != 0 || args.Where((_, at) => at % 2 == 0).Except(["--rounds", "--seed", "--holdfast"]).Any())
{
    await Console.Error.WriteLineAsync("usage: ./run chaos [--rounds N] [--seed S] [--holdfast PATH]");
    return usage;
}

using var end = new CancellationTokenSource();
using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, Cancel);
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
try
{
    return await RunAsync(end.Token);
}
catch (OperationCanceledException) when (end.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync("Interrupted; nothing is left behind.");
    return interrupted;
}
catch (DemoException exception)
{
    await Console.Error.WriteLineAsync($"Error: {exception.Message}");
    return failed;
}

async Task<int> RunAsync(CancellationToken stopping)
{
    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} rounds from seed {first}; a round alone: ./run chaos --rounds 1 --seed ITS-SEED"));
    await using var chaos = await ChaosRun.StartAsync(HoldfastProgram.Find(Argument("--holdfast")), TimeProvider.System, stopping);
    Console.WriteLine($"Three members run in {chaos.Directory}, four clients write.");
    try
    {
        for (var round = 1; round <= count; round++)
        {
            var mine = first + round - 1;
            var result = await chaos.AttackAsync(mine, AttackPlan.Of(mine), stopping);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{round}/{count} {result}"));
            if (!result.IsGood)
            {
                throw new DemoException("the round failed");
            }
        }
    }
    catch (Exception exception) when (!stopping.IsCancellationRequested)
    {
        chaos.KeepFiles();
        Console.WriteLine($"FAILED: {exception.Message}; the logs are kept in {chaos.Directory}");
        return failed;
    }

    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} rounds, nothing lost, whole after each."));
    return good;
}

void Cancel(PosixSignalContext context)
{
    context.Cancel = true;
    end.Cancel();
}

string? Argument(string name)
{
    var at = Array.IndexOf(args, name);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}

int? Number(string name, int otherwise) =>
    Argument(name) is not { } text ? otherwise : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number > 0 ? number : null;
