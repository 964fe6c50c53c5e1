using System.CommandLine;
using Holdfast.Cli.Commands;

namespace Holdfast.Cli;

/// <summary>The command line: patronictl's verbs over the members' REST interface, and the host's own commands.</summary>
public static class HoldfastCli
{
    /// <summary>Names the configuration file; it stands before or behind every verb.</summary>
    public const string ConfigurationOption = "--config-file";

    private const int Failed = 1;
    private const int Misused = 2;

    /// <summary>All verbs; the host adds its own (<c>agent</c>, <c>validate</c>).</summary>
    public static RootCommand Create(
        IClusterAccess access, IStoreAdministration store, CliConsole console, TimeProvider time, string version, params IEnumerable<Command> hostCommands)
    {
        var global = new GlobalOptions();
        var context = new CommandContext(access, console, time, version, global);
        var root = new RootCommand("Holdfast keeps databases available.") { global.Configuration, global.Insecure, global.Api };
        foreach (var command in hostCommands.Concat(Verbs(context)).Append(StoreCommands.Create(context, store)))
        {
            if (command.Name == RouterCommands.Name)
            {
                command.Add(RouterCommands.CreateStatus(context));
            }

            RefuseUnknownOptions(command);
            root.Add(command);
        }

        return root;
    }

    /// <summary>
    /// Runs a command line. The exit status is 0, 1 with <c>Error: ...</c> when the command could not be carried out, or 2 when it
    /// makes no sense. Signals are the caller's, who cancels the token.
    /// </summary>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> arguments, CliConsole console, CancellationToken cancellationToken)
    {
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await console.Error.WriteLineAsync($"Error: {error.Message}");
            }

            await console.Error.WriteLineAsync($"Try 'holdfast {Path(parsed)}--help' for help.");
            return Misused;
        }

        try
        {
            return await parsed.InvokeAsync(
                new() { Output = console.Output, Error = console.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null },
                cancellationToken);
        }
        catch (CommandFailedException exception)
        {
            await console.Error.WriteLineAsync($"Error: {exception.Message}");
            return Failed;
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return Failed;
        }
    }

    private static IEnumerable<Command> Verbs(CommandContext context) =>
    [
        ListCommand.CreateList(context),
        ListCommand.CreateTopology(context),
        ClusterCommands.Create(context),
        StatusCommands.CreateStatus(context),
        StatusCommands.CreateExplain(context),
        SwitchoverCommand.CreateSwitchover(context),
        SwitchoverCommand.CreateFailover(context),
        ApprovalCommands.CreateList(context),
        ApprovalCommands.CreateApprove(context),
        ApprovalCommands.CreateReject(context),
        AlertCommands.Create(context),
        SloCommand.Create(context),
        AuditCommands.Create(context),
        TokenCommands.Create(context),
        PauseCommand.CreatePause(context),
        PauseCommand.CreateResume(context),
        RestartCommand.Create(context),
        MemberCommands.CreateReload(context),
        MemberCommands.CreateReinit(context),
        MemberCommands.CreateFlush(context),
        ConfigCommands.CreateShow(context),
        ConfigCommands.CreateEdit(context),
        StatusCommands.CreateHistory(context),
        StatusCommands.CreateDsn(context),
        StatusCommands.CreateVersion(context),
    ];

    // An argument that may be anything would take a mistyped option for a name.
    private static void RefuseUnknownOptions(Command command)
    {
        foreach (var argument in command.Arguments)
        {
            argument.Validators.Add(result =>
            {
                if (result.Tokens.FirstOrDefault(token => token.Value is ['-', _, ..]) is { } option)
                {
                    result.AddError($"No such option: {option.Value}");
                }
            });
        }
    }

    private static string Path(ParseResult parsed) =>
        parsed.CommandResult.Command is RootCommand ? "" : $"{parsed.CommandResult.Command.Name} ";
}
