using System.CommandLine;
using Holdfast.Configuration;
using Holdfast.Host.Composition;

namespace Holdfast.Host.Commands;

/// <summary><c>holdfast witness CONFIG.yml</c>: a voter of the embedded store on a machine without a database.</summary>
internal static class WitnessCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("CONFIG")
        {
            Description = "YAML file with a raft section; the other sections are ignored.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("witness", "Run a voter of the embedded store without a database, so that two members have a majority.") { file };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(file)));
        return command;
    }

    private static async Task<int> RunAsync(string? path)
    {
        if (LocalConfiguration.LoadOrExplain(path, ConfigurationPurpose.CommandLine) is not { } configuration)
        {
            return Failure.Usage;
        }

        if (configuration.Raft is not { } raft)
        {
            await Console.Error.WriteLineAsync($"{path}: error: raft: a witness needs this section: self_addr, partner_addrs, data_dir, password");
            return Failure.Usage;
        }

        try
        {
            using var loggers = new Logging.LineLoggers(configuration.Log, HostClock.Time);
            using var ending = new Ending();
            await using var store = await Parts.StartStoreAsync(StoreOptions.Of(raft, "./raft"), loggers);
            await ending.WaitAsync();
            return 0;
        }
        catch (StartRefusedException refusal)
        {
            return Failure.Say(refusal.Message);
        }
    }
}
