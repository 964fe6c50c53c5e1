using System.CommandLine;
using Holdfast.Configuration;
using Holdfast.Engines.MySql;
using Holdfast.Engines.MySql.Backups;
using Holdfast.Host.Composition;
using Holdfast.Host.Logging;

namespace Holdfast.Host.Commands;

/// <summary><c>holdfast backup</c> and <c>holdfast restore</c>: a MySQL member's data, copied on its own host and put back as a new group's first member.</summary>
internal static class BackupCommands
{
    public static Command CreateBackup()
    {
        var file = Configuration("The member's YAML file: its server is copied while it serves.");
        var directory = new Argument<string>("DIRECTORY") { Description = "Where backups are kept: the new one is SCOPE-TIME in it. MySQL's user must be able to write there." };
        var keep = new Option<int?>("--keep") { Description = "Remove this cluster's oldest backups there, beyond so many. Without it none is removed." };
        keep.Validators.Add(given =>
        {
            if (given.GetValueOrDefault<int?>() < 1)
            {
                given.AddError("--keep must be 1 or more: the new backup is one of them.");
            }
        });
        var command = new Command(
            "backup",
            "Copy a MySQL member's data on its own host, without stopping it. Prints the backup's directory. A replica is the better source: the copy takes some of its disk's time.")
        {
            file, directory, keep,
        };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(file), async (configuration, options, ending) =>
        {
            var backup = new GroupBackup(options, HostClock.Time, Progress);
            var (path, manifest) = await backup.TakeAsync(configuration.Scope, parsed.GetRequiredValue(directory), parsed.GetValue(keep), ending);
            Progress(FormattableString.Invariant($"{manifest.Files} files, {manifest.Bytes} bytes, transactions {manifest.Transactions}"));
            await Console.Out.WriteLineAsync(path);
        }));
        return command;
    }

    public static Command CreateRestore()
    {
        var file = Configuration("YAML file of the member that is to be the first of a new group.");
        var backup = new Argument<string>("BACKUP") { Description = "A backup's directory, as 'holdfast backup' printed it. It is not changed." };
        var command = new Command(
            "restore",
            "Put a backup into a MySQL member's empty data directory. The agent that is started on it then begins a new group, and the other members copy it. The cluster must be new: another scope, or a store without its keys.")
        {
            file, backup,
        };
        command.SetAction((parsed, _) => RunAsync(parsed.GetRequiredValue(file), async (configuration, options, ending) =>
        {
            await using var exclusive = Parts.LockDirectory(DatabaseParts.DirectoryOf(configuration));
            using var loggers = new LineLoggers(configuration.Log, HostClock.Time);
            var restore = new GroupRestore(options, HostClock.Time, Progress, loggers.CreateLogger("restore"));
            var manifest = await restore.RunAsync(parsed.GetRequiredValue(backup), ending);
            Progress($"restored {manifest.Scope} as it was at {manifest.TakenAt:u}, transactions {manifest.Transactions}");
            Progress($"start the agent on {parsed.GetRequiredValue(file)} now: it begins the new group {options.Group.Name}");
        }));
        return command;
    }

    private static Argument<string> Configuration(string description) => new("CONFIG") { Description = description };

    private static async Task<int> RunAsync(string path, Func<HoldfastConfiguration, MySqlOptions, CancellationToken, Task> run)
    {
        if (LocalConfiguration.LoadOrExplain(path, ConfigurationPurpose.Agent) is not { } configuration)
        {
            return Failure.Usage;
        }

        if (configuration.MySql is not { } mysql)
        {
            return Failure.Say($"{path} has no mysql section. PostgreSQL has tools of its own for this: pg_basebackup, pgBackRest, WAL-G, Barman.");
        }

        using var ending = new Ending();
        try
        {
            await run(configuration, MySqlParts.Options(configuration, mysql), ending.ShutDown);
            return 0;
        }
        catch (OperationCanceledException)
        {
            return Failure.Say("interrupted; what was copied until then is removed");
        }
        catch (Exception error) when (error is BackupFailedException or StartRefusedException or InvalidOperationException)
        {
            return Failure.Say(error.Message);
        }
    }

    private static void Progress(string words) => Console.Error.WriteLine(words);
}
