using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.MySql.Processes;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>Makes an empty system with the users that members need, and leaves it running; nobody could log in before it had them.</summary>
internal sealed class NewSystem(Installation installation, ServerJobs server, Mysqld process, ParameterKeeper parameters)
{
    /// <summary>How the mark of an unfinished copy begins.</summary>
    public const string CloneMark = "a clone";

    /// <param name="what">Why, for the mark beside the directory.</param>
    /// <param name="context">Of the job.</param>
    public async Task MakeAsync(string what, JobContext context)
    {
        if (process.TryAdopt())
        {
            process.Kill();
            await process.SettleAsync(context.Cancellation);
            context = context with { KillsBefore = process.Kills };
        }

        MakeWay();
        installation.Files.ForgetRestored();
        installation.Account.MakePrivateDirectory(installation.Directory.Path);
        installation.Directory.MarkUnfinished($"{what} began at {installation.Time.GetUtcNow():u}");
        context.Report("making an empty system");
        await parameters.WriteAsync(context.Cancellation);
        installation.Files.PrepareLogs();
        var made = await installation.Tools.RunAsync(
            "mysqld", [$"--defaults-file={installation.Files.MainFile}", "--initialize-insecure"], context.Cancellation);
        if (!made.Succeeded)
        {
            throw new JobFailedException($"MySQL could not make a system: {installation.Files.LastWords()} {made.ErrorTail}".TrimEnd());
        }

        var statements = installation.Files.WriteStatements(Users.OfNewSystem(installation.Options));
        try
        {
            await server.StartUncheckedAsync(context, $"--init-file={statements}", "--super-read-only=OFF", "--read-only=OFF");
        }
        finally
        {
            File.Delete(statements);
        }
    }

    /// <summary>Half a copy from a member that still has the whole is worth nothing; everything else is kept.</summary>
    private void MakeWay()
    {
        if (installation.Directory.Unfinished?.StartsWith(CloneMark, StringComparison.Ordinal) == true)
        {
            installation.Directory.Clear();
        }
        else
        {
            installation.Directory.SetAside("set-aside", installation.Time.GetUtcNow());
        }
    }
}
