using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>Makes the first system of a cluster, and a group with it as the only member.</summary>
internal sealed class BootstrapJob(Installation installation, NewSystem newSystem, GroupJobs group, Mysqld process)
{
    public async Task<string> RunAsync(JobContext context)
    {
        var (state, why) = installation.Directory.Look();
        if (state is not (DataDirectoryState.Empty or DataDirectoryState.Unfinished))
        {
            throw new JobFailedException(why ?? $"{installation.Directory.Path} holds a database already");
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
}
