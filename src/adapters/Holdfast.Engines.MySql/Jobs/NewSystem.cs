using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Observation;
using Holdfast.Engines.MySql.Processes;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>Makes an empty system with the users that members need, and leaves it running; nobody could log in before it had them.</summary>
internal sealed class NewSystem(Installation installation, ServerJobs server, Mysqld process)
{
    /// <summary>How the mark of an unfinished copy begins.</summary>
    public const string CloneMark = "a clone";

    private MySqlOptions Options => installation.Options;

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
        installation.Account.MakePrivateDirectory(installation.Directory.Path);
        installation.Directory.MarkUnfinished($"{what} began at {installation.Time.GetUtcNow():u}");
        context.Report("making an empty system");
        installation.Files.WriteMain();
        installation.Files.PrepareLogs();
        var made = await installation.Tools.RunAsync(
            "mysqld", [$"--defaults-file={installation.Files.MainFile}", "--initialize-insecure"], context.Cancellation);
        if (!made.Succeeded)
        {
            throw new JobFailedException($"MySQL could not make a system: {installation.Files.LastWords()} {made.ErrorTail}".TrimEnd());
        }

        var statements = installation.Files.WriteStatements(Users());
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

    /// <summary>They are no transactions of the group's: every copy brings them along.</summary>
    private IEnumerable<string> Users()
    {
        var (superuser, replication) = (Sql.Quoted(Options.Superuser.UserName), Sql.Quoted(Options.Replication.UserName));
        yield return "SET sql_log_bin = 0";
        yield return $"CREATE USER IF NOT EXISTS {superuser}@'%'";
        yield return $"ALTER USER {superuser}@'%' IDENTIFIED BY {Sql.Quoted(Options.Superuser.Password)}";
        yield return $"GRANT ALL ON *.* TO {superuser}@'%' WITH GRANT OPTION";
        if (Options.Replication.UserName != Options.Superuser.UserName)
        {
            yield return $"CREATE USER {replication}@'%' IDENTIFIED BY {Sql.Quoted(Options.Replication.Password)}";
            yield return $"GRANT REPLICATION SLAVE, BACKUP_ADMIN, CONNECTION_ADMIN, GROUP_REPLICATION_STREAM ON *.* TO {replication}@'%'";
        }

        // It has no password, and would be let in before anybody else.
        yield return "DROP USER 'root'@'localhost'";
        yield return "SET sql_log_bin = 1";
    }
}
