using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Backups;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>Makes the first system of a cluster, empty or from a backup, and a group with it as the only member.</summary>
internal sealed class BootstrapJob(Installation installation, NewSystem newSystem, ServerJobs server, GroupJobs group, Mysqld process)
{
    public async Task<string> RunAsync(JobContext context)
    {
        var (state, why) = installation.Directory.Look();
        if (state is not (DataDirectoryState.Empty or DataDirectoryState.Unfinished))
        {
            throw new JobFailedException(why ?? $"{installation.Directory.Path} holds a database already");
        }

        if (installation.Options.BootstrapBackup is { } backup)
        {
            return await RestoreAsync(backup, context);
        }

        installation.Files.WriteGroup(installation.Options.Group.Name);
        try
        {
            await newSystem.MakeAsync("a bootstrap", context);
            await group.BeginAsync(null, context);
        }
        catch
        {
            process.Kill();
            installation.Directory.SetAside("failed", installation.Time.GetUtcNow());
            installation.Directory.MarkFinished();
            installation.Files.ForgetGroup();
            throw;
        }

        installation.Directory.MarkFinished();
        return "a new group runs";
    }

    private async Task<string> RestoreAsync(string backup, JobContext context)
    {
        try
        {
            var manifest = await new BackupPlacement(installation, server, process).RunAsync(backup, context);
            await server.StartAsync(context);
            await group.BeginAsync(null, context);
            return $"a new group runs on what {manifest.Scope} was at {manifest.TakenAt:u}";
        }
        catch (BackupFailedException error)
        {
            throw new JobFailedException(error.Message);
        }
    }
}
