using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Jobs;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;
using Holdfast.Ports;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.MySql.Backups;

/// <summary>
/// Puts a backup into an empty data directory, as the first member of a new group: the agent that is started on it begins that group, and the other
/// members copy it. The backup itself is not touched.
/// </summary>
/// <param name="options">Of the member that is to be the first.</param>
/// <param name="time">For the marks.</param>
/// <param name="report">Is told how far it is.</param>
/// <param name="logger">Of the server's process.</param>
public sealed class GroupRestore(MySqlOptions options, TimeProvider time, Action<string> report, ILogger logger)
{
    private const long BytesToStayFree = 512L * 1024 * 1024;
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopBudget = TimeSpan.FromMinutes(1);
    private readonly Installation _installation = new(options, time);

    /// <param name="backup">The directory that a backup made.</param>
    /// <param name="cancellationToken">Ends it; what was copied until then is removed.</param>
    /// <exception cref="BackupFailedException">It is no whole backup, the data directory holds something, there is no room, or MySQL does not start from it.</exception>
    public async Task<BackupManifest> RunAsync(string backup, CancellationToken cancellationToken)
    {
        var manifest = BackupManifest.Read(backup);
        var data = Path.Combine(backup, BackupManifest.DataName);
        RefuseUnfit(manifest, data);
        var directory = _installation.Directory;
        directory.MarkUnfinished($"a restore of {backup} began at {time.GetUtcNow():u}");
        try
        {
            _installation.Account.MakePrivateDirectory(directory.Path);
            await CopyAsync(data, manifest.Bytes, cancellationToken);
            _installation.Files.WriteGroup(options.Group.Name);
            _installation.Files.WriteRestored(backup);
            await SetUsersAsync(cancellationToken);
        }
        catch (Exception error)
        {
            directory.Clear();
            _installation.Files.ForgetGroup();
            _installation.Files.ForgetRestored();
            directory.MarkFinished();
            throw error is IOException or UnauthorizedAccessException or JobFailedException ? new BackupFailedException($"{directory.Path}: {error.Message}") : error;
        }

        directory.MarkFinished();
        return manifest;
    }

    private void RefuseUnfit(BackupManifest manifest, string data)
    {
        if (_installation.Directory.Look() is var (state, why) && state != DataDirectoryState.Empty)
        {
            throw new BackupFailedException(why ?? $"{_installation.Directory.Path} holds a database: nothing is restored over it. Move it away, or write another data_dir");
        }

        if (options.Group.Name == manifest.Group)
        {
            throw new BackupFailedException("mysql.group.name is the name of the group that the backup is from, whose members may hold more: leave it out, or write another one");
        }

        var size = DirectorySize.Of(data);
        if (size != new DirectorySize(manifest.Files, manifest.Bytes))
        {
            throw new BackupFailedException(
                $"{data} is not whole: {size.Files} files with {size.Bytes} bytes, where the backup had {manifest.Files} with {manifest.Bytes}");
        }

        if (_installation.Disk.Space() is var (free, _) && free < manifest.Bytes + BytesToStayFree)
        {
            throw new BackupFailedException(
                $"no room: {DirectorySize.InWords(manifest.Bytes + BytesToStayFree)} needed, {DirectorySize.InWords(free)} free for {_installation.Directory.Path}");
        }
    }

    private async Task CopyAsync(string data, long bytes, CancellationToken cancellationToken)
    {
        var target = _installation.Directory.Path;
        var (copied, reportedAt) = (0L, time.GetTimestamp());
        foreach (var directory in Directory.EnumerateDirectories(data, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            _installation.Account.MakePrivateDirectory(Path.Combine(target, Path.GetRelativePath(data, directory)));
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
                await from.CopyToAsync(into, 1 << 20, cancellationToken);
                RandomAccess.FlushToDisk(into.SafeFileHandle);
                copied += from.Length;
            }

            _installation.Account.Own(to);
            if (time.GetElapsedTime(reportedAt) > ReportEvery)
            {
                reportedAt = time.GetTimestamp();
                report($"copied {DirectorySize.InWords(copied)} of {DirectorySize.InWords(bytes)}");
            }
        }
    }

    /// <summary>Starts the server once, unreachable for others: the members' users get their passwords, and it is seen that it starts.</summary>
    private async Task SetUsersAsync(CancellationToken cancellationToken)
    {
        report("starting the server once, to give the members' users their passwords");
        using var process = new Mysqld(options, _installation.Files, _installation.Tools, Nobody.Instance, logger);
        var server = new ServerJobs(_installation, process);
        var context = new JobContext(report, process.Kills, cancellationToken);
        var statements = _installation.Files.WriteStatements(Users.OfRestoredSystem(options));
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

    private sealed class Nobody : IAgentSignal
    {
        public static readonly Nobody Instance = new();

        public void Wake()
        {
        }
    }
}
