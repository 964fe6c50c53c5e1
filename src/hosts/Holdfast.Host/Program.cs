using System.Collections;
using Holdfast.Cli;
using Holdfast.Demo.Command;
using Holdfast.Host;
using Holdfast.Host.Commands;
using Holdfast.Host.Composition;

var environment = Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
    .ToDictionary(entry => (string)entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);
var console = new CliConsole(Console.Out, Console.Error, Console.In, !Console.IsOutputRedirected && !Console.IsInputRedirected, environment);
var root = HoldfastCli.Create(
    new ClusterAccess(),
    new StoreAdministration(),
    console,
    HostClock.Time,
    Product.Version,
    AgentCommand.Create(),
    RouterCommand.Create(),
    WitnessCommand.Create(),
    GuardCommand.Create(),
    ValidateCommand.Create(),
    BackupCommands.CreateBackup(),
    BackupCommands.CreateRestore(),
    ExportCommands.Create(),
    DemoCommand.Create([Environment.ProcessPath!], HostClock.Time));
return await HoldfastCli.RunAsync(root, args, console, CancellationToken.None);
