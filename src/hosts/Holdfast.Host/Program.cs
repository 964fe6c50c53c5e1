using System.CommandLine;
using Holdfast.Host.Commands;

var root = new RootCommand("Holdfast keeps PostgreSQL clusters available: it detects failure, decides, fences, promotes and repairs.")
{
    AgentCommand.Create(),
    WitnessCommand.Create(),
    GuardCommand.Create(),
    ValidateCommand.Create(),
};
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null });
