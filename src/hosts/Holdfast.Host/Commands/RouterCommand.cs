using System.CommandLine;
using Holdfast.Configuration;
using Holdfast.Host.Composition;

namespace Holdfast.Host.Commands;

/// <summary><c>holdfast router CONFIG.yml</c>: takes clients to the primary and the replicas of one or many clusters.</summary>
internal static class RouterCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("CONFIG")
        {
            Description = "YAML file with a router section and the store's; an agent's file will do.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command(
            "router",
            "Take clients to the primary, and readers to the replicas, of one or many clusters. Follows the store, holds new connections while there is no primary, cuts those of a primary that was replaced.") { file };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(file)));
        return command;
    }

    private static async Task<int> RunAsync(string? path)
    {
        if (LocalConfiguration.LoadOrExplain(path, ConfigurationPurpose.Router) is not { } configuration)
        {
            return Failure.Usage;
        }

        try
        {
            using var loggers = new Logging.LineLoggers(configuration.Log, HostClock.Time);
            using var ending = new Ending();
            await using var store = Composition.Stores.OpenClient(configuration, loggers)
                ?? throw new StartRefusedException("no store is configured: name the one that the cluster's agents use", null);
            await using var router = await RouterProcess.StartAsync(configuration, RouterPlace.OnItsOwn, store, loggers);
            ending.OnHangUp(router.Believe);
            await ending.WaitAsync();
            await router.StopAsync(ending.Stopping);
            return 0;
        }
        catch (StartRefusedException refusal)
        {
            return Failure.Say(refusal.Message);
        }
    }
}
