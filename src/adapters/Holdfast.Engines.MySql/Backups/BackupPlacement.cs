using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Jobs;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.MySql.Backups;

/// <summary>Puts a backup into an empty data directory, as the first member of a new group, and leaves its server stopped. The backup itself is not touched.</summary>
internal sealed class BackupPlacement(Installation installation, ServerJobs server, Mysqld process)
{
    private const long BytesToStayFree = 512L * 1024 * 1024;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopBudget = TimeSpan.FromMinutes(1);

    private MySqlOptions Options => installation.Options;

    /// <param name="backup">The directory that a backup made.</param>
    /// <param name="context">Of the job. When it is ended, what was copied until then is removed.</param>
    /// <exception cref="BackupFailedException">It is no whole backup, the data directory holds something, there is no room, or MySQL does not start from it.</exception>
    public async Task<BackupManifest> RunAsync(string backup, JobContext context)
    {
        try
        {
            var manifest = BackupManifest.Read(backup);
            RefuseUnfit(manifest, Path.Combine(backup, BackupManifest.DataName));
            await PlaceAsync(backup, manifest, context);
            return manifest;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JobFailedException)
        {
            throw new BackupFailedException($"{installation.Directory.Path}: {error.Message}");
        }
    }

    private async Task PlaceAsync(string backup, BackupManifest manifest, JobContext context)
    {
        var directory = installation.Directory;
        installation.Account.MakePrivateDirectory(directory.Path);
        directory.MarkUnfinished($"a restore of {backup} began at {installation.Time.GetUtcNow():u}");
        try
        {
            await CopyAsync(Path.Combine(backup, BackupManifest.DataName), manifest.Bytes, context);
            installation.Files.WriteGroup(Options.Group.Name);
            installation.Files.WriteRestored(backup);
            await SetUsersAsync(context);
        }
        catch
        {
            directory.Clear();
            installation.Files.ForgetGroup();
            installation.Files.ForgetRestored();
            directory.MarkFinished();
            throw;
        }

        directory.MarkFinished();
    }

    private void RefuseUnfit(BackupManifest manifest, string data)
    {
        if (installation.Directory.Look() is var (state, why) && state != DataDirectoryState.Empty)
        {
            throw new BackupFailedException(why ?? $"{installation.Directory.Path} holds a database: nothing is restored over it. Move it away, or write another data_dir");
        }

        if (Options.Group.Name == manifest.Group)
        {
            throw new BackupFailedException("mysql.group.name is the name of the group that the backup is from, whose members may hold more: leave it out, or write another one");
        }

        var size = Directory.Exists(data) ? DirectorySize.Of(data) : default;
        if (size != new DirectorySize(manifest.Files, manifest.Bytes))
        {
            throw new BackupFailedException(
                $"{data} is not whole: {size.Files} files with {size.Bytes} bytes, where the backup had {manifest.Files} with {manifest.Bytes}");
        }

        if (installation.Disk.Space() is var (free, _) && free < manifest.Bytes + BytesToStayFree)
        {
            throw new BackupFailedException(
                $"no room: {DirectorySize.InWords(manifest.Bytes + BytesToStayFree)} needed, {DirectorySize.InWords(free)} free for {installation.Directory.Path}");
        }
    }

    private async Task CopyAsync(string data, long bytes, JobContext context)
    {
        var target = installation.Directory.Path;
        var (copied, reportedAt) = (0L, installation.Time.GetTimestamp());
        foreach (var directory in Directory.EnumerateDirectories(data, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            installation.Account.MakePrivateDirectory(Path.Combine(target, Path.GetRelativePath(data, directory)));
        }

        foreach (var file in Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories))
        {
            var to = Path.Combine(target, Path.GetRelativePath(data, file));
            await using (var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan))
            await using (var into = new FileStream(to, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                await from.CopyToAsync(into, 1 << 20, context.Cancellation);
                RandomAccess.FlushToDisk(into.SafeFileHandle);
                copied += from.Length;
            }

            installation.Account.Own(to);
            if (installation.Time.GetElapsedTime(reportedAt) > ReportEvery)
            {
                reportedAt = installation.Time.GetTimestamp();
                context.Report($"copied {DirectorySize.InWords(copied)} of {DirectorySize.InWords(bytes)}");
            }
        }
    }

    /// <summary>Starts the server once, unreachable for others: the members' users get their passwords, and it is seen that it starts.</summary>
    private async Task SetUsersAsync(JobContext context)
    {
        context.Report("starting the server once, to give the members' users their passwords");
        var statements = installation.Files.WriteStatements(Users.OfRestoredSystem(Options));
        try
        {
            await server.StartUncheckedAsync(context, $"--init-file={statements}", "--skip-networking", "--super-read-only=OFF", "--read-only=OFF");
            await server.StopAsync(StopBudget, context);
        }
        catch
        {
            process.Kill();
            await process.SettleAsync(CancellationToken.None);
            throw;
        }
        finally
        {
            File.Delete(statements);
        }
    }
}
