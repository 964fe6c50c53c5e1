using System.Net.Sockets;
using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Backups;
using Holdfast.Engines.MySql.Observation;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>Copies another member's system with the clone plugin (MySQL Reference Manual, "The Clone Plugin").</summary>
internal sealed class CloneJob(Installation installation, NewSystem newSystem, Mysqld process)
{
    private const MySqlErrorCode RestartFailed = (MySqlErrorCode)3707;

    /// <summary>The copy's logs, and what a server writes as it starts.</summary>
    private const long BytesToStayFree = 512L * 1024 * 1024;
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CopyLimit = TimeSpan.FromDays(7);
    private static readonly TimeSpan RestartLimit = TimeSpan.FromMinutes(2);

    private MySqlOptions Options => installation.Options;

    public async Task<string> RunAsync(Upstream source, JobContext context)
    {
        var (state, why) = installation.Directory.Look();
        if (state == DataDirectoryState.Foreign)
        {
            throw new JobFailedException($"{why}: it is left alone");
        }

        var startedAt = installation.Time.GetTimestamp();
        var (group, bytes) = await AskAsync(source, context);
        RefuseWithoutRoom(bytes);
        installation.Files.WriteGroup(group);
        try
        {
            await newSystem.MakeAsync($"{NewSystem.CloneMark} from {source.Member}", context);
            await CopyAsync(source, context);
        }
        catch
        {
            // What is half a copy serves nobody; the mark beside the directory says so to the next attempt.
            process.Kill();
            throw;
        }

        installation.Directory.MarkFinished();
        installation.Disk.Forget();
        return $"copied {source.Member} in {installation.Time.GetElapsedTime(startedAt).TotalSeconds:0.0} s";
    }

    /// <summary>The group that the source is in, which the copy will belong to, and how much there is to copy.</summary>
    private async Task<(string Group, long Bytes)> AskAsync(Upstream source, JobContext context)
    {
        context.Report($"asking {source.Member} for its group");
        var settings = new MySqlConnectionStringBuilder
        {
            Server = source.Host,
            Port = (uint)source.Port,
            UserID = Options.Replication.UserName,
            Password = Options.Replication.Password,
            AllowPublicKeyRetrieval = true,
            Pooling = false,
            ConnectionTimeout = 5,
        };
        try
        {
            await using var connection = new MySqlConnection(settings.ConnectionString);
            await connection.OpenAsync(context.Cancellation);
            await using var command = new MySqlCommand(
                "SELECT @@global.group_replication_group_name, (SELECT CAST(SUM(FILE_SIZE) AS SIGNED) FROM information_schema.INNODB_TABLESPACES)", connection);
            await using var reader = await command.ExecuteReaderAsync(context.Cancellation);
            await reader.ReadAsync(context.Cancellation);
            return await reader.IsDBNullAsync(0, context.Cancellation) || reader.GetString(0) is not { Length: > 0 } name
                ? throw new JobFailedException($"{source.Member} is in no group")
                : (name, reader.GetInt64(1));
        }
        catch (Exception error) when (error is MySqlException or SocketException or IOException)
        {
            throw new JobFailedException($"{source.Member} at {source.Host}:{source.Port} cannot be asked: {error.Message}");
        }
    }

    /// <summary>What is in the directory stays on the disk under another name, so it makes no room.</summary>
    private void RefuseWithoutRoom(long bytes)
    {
        var need = bytes + BytesToStayFree;
        if (installation.Disk.Space() is var (free, _) && free < need)
        {
            throw new JobFailedException(
                $"no room for the copy: {DirectorySize.InWords(need)} needed ({DirectorySize.InWords(BytesToStayFree)} of them to stay free), {DirectorySize.InWords(free)} free");
        }
    }

    private async Task CopyAsync(Upstream source, JobContext context)
    {
        context.Report($"copying {source.Member}");
        var ended = process.Ended;
        await using var connection = await installation.Sql.OpenAsync(context.Cancellation, CopyLimit);
        await Sql.RunAsync(connection, $"SET GLOBAL clone_valid_donor_list = {Sql.Quoted($"{source.Host}:{source.Port}")}", context.Cancellation);
        using var watching = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var progress = CloneProgress.ReportAsync(installation, ProgressEvery, words => context.Report($"{words} from {source.Member}"), watching.Token);

        // The copied system is taken up by a restart, which is not asked for again: the process ends, as told.
        process.ExpectEnd();
        try
        {
            await Sql.RunAsync(
                connection,
                $"CLONE INSTANCE FROM {Sql.Quoted(Options.Replication.UserName)}@{Sql.Quoted(source.Host)}:{source.Port} IDENTIFIED BY {Sql.Quoted(Options.Replication.Password)}",
                context.Cancellation);
        }
        catch (MySqlException error) when (error.ErrorCode is RestartFailed || error.InnerException is IOException or SocketException || process.Pid is null || IsLost(error))
        {
            // That was the restart.
        }
        catch (MySqlException error)
        {
            throw new JobFailedException($"{source.Member} could not be copied: {error.Message}");
        }
        finally
        {
            await watching.CancelAsync();
            await progress;
        }

        try
        {
            await ended.WaitAsync(RestartLimit, installation.Time, context.Cancellation);
        }
        catch (TimeoutException)
        {
            throw new JobFailedException($"the server did not take up the copy of {source.Member}");
        }
    }

    private static bool IsLost(MySqlException error) =>
        error.Message.Contains("terminated", StringComparison.OrdinalIgnoreCase) || error.Message.Contains("end of stream", StringComparison.OrdinalIgnoreCase);
}
