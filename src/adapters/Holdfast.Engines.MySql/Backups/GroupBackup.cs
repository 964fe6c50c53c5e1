using System.Globalization;
using System.Net.Sockets;
using Holdfast.Engines.MySql.Observation;
using Holdfast.Engines.Observation;
using Holdfast.Engines.Processes;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Backups;

/// <summary>
/// Copies the server beside this process into a directory of the same host while it serves (MySQL Reference Manual, "Cloning Data Locally"). The copy
/// holds what was committed when it ended.
/// </summary>
/// <param name="options">Of the member whose server is copied.</param>
/// <param name="time">For the backup's name.</param>
/// <param name="report">Is told how far it is, about once a second.</param>
public sealed class GroupBackup(MySqlOptions options, TimeProvider time, Action<string> report)
{
    private const string Unfinished = ".unfinished";
    private const long BytesToStayFree = 64L * 1024 * 1024;
    private static readonly TimeSpan CopyLimit = TimeSpan.FromDays(7);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);

    /// <summary>Where the backup is, and what it holds.</summary>
    /// <param name="scope">The cluster's name; the backup's begins with it.</param>
    /// <param name="parent">Where backups are kept; made when it does not exist. MySQL's user must be able to pass through it.</param>
    /// <param name="kept">How many of this cluster's are kept, the new one among them; null for all.</param>
    /// <param name="cancellationToken">Ends it; what was copied until then is removed.</param>
    /// <exception cref="BackupFailedException">The server does not answer, is in no group, has no room for the copy, or refused it.</exception>
    public async Task<(string Path, BackupManifest Manifest)> TakeAsync(string scope, string parent, int? kept, CancellationToken cancellationToken)
    {
        parent = Path.GetFullPath(parent);
        var installation = new Installation(options, time);
        await using var connection = await OpenAsync(installation, cancellationToken);
        var server = await LookAsync(connection, cancellationToken);
        var backup = Path.Combine(parent, $"{scope}-{time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture)}");
        var unfinished = backup + Unfinished;
        try
        {
            if (!Directory.Exists(parent))
            {
                installation.Account.MakePrivateDirectory(parent);
            }

            RefuseWithoutRoom(parent, cancellationToken);
            installation.Account.MakePrivateDirectory(unfinished);
            var data = Path.Combine(unfinished, BackupManifest.DataName);
            var transactions = await CopyAsync(installation, connection, data, cancellationToken);
            var size = DirectorySize.Of(data);
            var manifest = new BackupManifest
            {
                Format = BackupManifest.CurrentFormat,
                Scope = scope,
                Member = options.MemberName.Text,
                TakenAt = time.GetUtcNow(),
                ServerVersion = server.Version,
                Group = installation.Files.ReadGroup() ?? "",
                Transactions = transactions,
                Files = size.Files,
                Bytes = size.Bytes,
            };
            await File.WriteAllTextAsync(Path.Combine(unfinished, BackupManifest.FileName), manifest.ToJson(), cancellationToken);
            Posix.SyncDirectory(unfinished);
            Directory.Move(unfinished, backup);
            Posix.SyncDirectory(parent);
            DropOldest(scope, parent, kept);
            return (backup, manifest);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BackupFailedException($"{parent}: {error.Message}");
        }
        finally
        {
            if (Directory.Exists(unfinished))
            {
                Directory.Delete(unfinished, recursive: true);
            }
        }
    }

    private async Task<MySqlConnection> OpenAsync(Installation installation, CancellationToken cancellationToken)
    {
        try
        {
            return await installation.Sql.OpenAsync(cancellationToken, CopyLimit);
        }
        catch (Exception error) when (error is MySqlException or SocketException or IOException)
        {
            throw new BackupFailedException(
                $"the server of {options.MemberName} does not answer at {installation.Files.Socket}: {error.Message}. A backup is taken on the member's own host, while its server runs");
        }
    }

    /// <summary>One that is in no group may lack what the group has.</summary>
    private async Task<Observed> LookAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        var server = await AskAsync(connection, cancellationToken);
        if (!server.Group.IsServing)
        {
            throw new BackupFailedException($"{options.MemberName} is not online in its group ({server.Group.State}), so its data may be old: take the backup on a member that is");
        }

        if (server.Group is { IsMultiPrimary: false, Own.IsPrimary: true })
        {
            report($"{options.MemberName} is the primary: the copy takes some of its disk's time, which a replica could spare");
        }

        return server;
    }

    private async Task<Observed> AskAsync(MySqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await GroupQuery.ReadAsync(connection, options.Group.Address, cancellationToken);
        }
        catch (MySqlException error)
        {
            throw new BackupFailedException($"the server of {options.MemberName} does not say what it holds: {error.Message}");
        }
    }

    private void RefuseWithoutRoom(string parent, CancellationToken cancellationToken)
    {
        var (need, free) = (DiskProbe.SizeOf(options.DataDirectory, cancellationToken) + BytesToStayFree, new DriveInfo(parent).AvailableFreeSpace);
        if (free < need)
        {
            throw new BackupFailedException($"{parent} has {DirectorySize.InWords(free)} free, and the copy may need {DirectorySize.InWords(need)}");
        }
    }

    /// <summary>The set of transactions that the copy holds.</summary>
    private async Task<string> CopyAsync(Installation installation, MySqlConnection connection, string data, CancellationToken cancellationToken)
    {
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var progress = CloneProgress.ReportAsync(installation, ReportEvery, report, watching.Token);
        try
        {
            await Sql.RunAsync(connection, $"CLONE LOCAL DATA DIRECTORY = {Sql.Quoted(data)}", cancellationToken);
            await using var command = new MySqlCommand("SELECT GTID_EXECUTED FROM performance_schema.clone_status", connection);
            return (await command.ExecuteScalarAsync(cancellationToken) as string ?? "").ReplaceLineEndings("");
        }
        catch (MySqlException error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new BackupFailedException($"the server of {options.MemberName} could not copy itself: {error.Message}");
        }
        finally
        {
            await watching.CancelAsync();
            await progress;
        }
    }

    /// <summary>What cannot be read is somebody else's, or a later version's: it stays.</summary>
    internal static void DropOldest(string scope, string parent, int? kept)
    {
        var finished = Directory.GetDirectories(parent, scope + "-*Z")
            .Where(directory => BackupManifest.TryRead(directory)?.Scope == scope)
            .OrderDescending(StringComparer.Ordinal);
        foreach (var old in kept is { } count ? finished.Skip(count) : [])
        {
            Directory.Delete(old, recursive: true);
        }
    }
}
