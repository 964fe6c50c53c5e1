using System.CommandLine;
using Holdfast.Configuration;
using Holdfast.Host.Composition;

namespace Holdfast.Host.Commands;

/// <summary><c>holdfast agent CONFIG.yml</c>: one member in the foreground.</summary>
internal static class AgentCommand
{
    public static Command Create()
    {
        var file = new Argument<string?>("CONFIG")
        {
            Description = "Patroni-style YAML file, or a directory of them; without one the environment alone.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("agent", "Run one member: watch its database, take part in the cluster, serve the REST interface.") { file };
        command.SetAction((parsed, cancellationToken) => RunAsync(parsed.GetValue(file)));
        return command;
    }

    private static async Task<int> RunAsync(string? path)
    {
        if (LocalConfiguration.LoadOrExplain(path, ConfigurationPurpose.Agent) is not { } configuration)
        {
            return Failure.Usage;
        }

        try
        {
            return await AgentProcess.RunAsync(path, configuration);
        }
        catch (StartRefusedException refusal)
        {
            return Failure.Say(refusal.Message);
        }
    }
}
