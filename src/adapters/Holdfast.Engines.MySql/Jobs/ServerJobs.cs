using System.Net.Sockets;
using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Jobs;

/// <summary>Starts and stops the server.</summary>
internal sealed class ServerJobs(Installation installation, Mysqld process, ParameterKeeper parameters)
{
    private const int SigTerm = 15;
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestartBudget = TimeSpan.FromSeconds(60);

    /// <summary>Leaves it running, in no group, and taking no writes.</summary>
    public async Task<string> StartAsync(JobContext context)
    {
        var (state, why) = installation.Directory.Look();
        if (state != DataDirectoryState.Valid)
        {
            throw new JobFailedException(why ?? $"there is no database in {installation.Directory.Path}");
        }

        return await StartUncheckedAsync(context);
    }

    /// <summary>While a copy or a bootstrap runs the directory counts as unfinished.</summary>
    public async Task<string> StartUncheckedAsync(JobContext context, params IEnumerable<string> arguments)
    {
        var startedAt = installation.Time.GetTimestamp();
        if (!process.TryAdopt())
        {
            await parameters.WriteAsync(context.Cancellation);
            installation.Files.PrepareLogs();

            // A dead server whose parent has not taken note of its end counts as alive to the next one.
            File.Delete(installation.Files.Socket + ".lock");
            process.Start(context.KillsBefore, arguments);
        }

        await WaitUntilReadyAsync(context, startedAt);
        return $"MySQL runs after {installation.Time.GetElapsedTime(startedAt).TotalSeconds:0.0} s";
    }

    /// <summary>It leaves its group in good order first, so that the others do not miss it.</summary>
    public async Task<string> StopAsync(TimeSpan politeBudget, JobContext context)
    {
        if (!process.TryAdopt())
        {
            return "MySQL was not running";
        }

        var ended = process.Ended;
        process.ExpectEnd();
        context.Report("stopping");
        process.Signal(SigTerm);
        try
        {
            await ended.WaitAsync(politeBudget, installation.Time, context.Cancellation);
            return "MySQL stopped";
        }
        catch (TimeoutException)
        {
            process.Kill();
            return $"MySQL was killed, since it did not stop within {politeBudget.TotalSeconds:0} s";
        }
    }

    public async Task<string> RestartAsync(JobContext context)
    {
        await StopAsync(RestartBudget, context);
        return await StartAsync(context with { KillsBefore = process.Kills });
    }

    private async Task WaitUntilReadyAsync(JobContext context, long startedAt)
    {
        var reportedAt = startedAt;
        while (true)
        {
            if (process.Pid is null)
            {
                throw new JobFailedException($"MySQL ended while it started: {installation.Files.LastWords()}");
            }

            try
            {
                await using var connection = await installation.Sql.OpenAsync(context.Cancellation);
                return;
            }
            catch (MySqlException error) when (error.ErrorCode == MySqlErrorCode.AccessDenied)
            {
                throw new JobFailedException($"the user {installation.Options.Superuser.UserName} cannot log in: {error.Message}");
            }
            catch (Exception error) when (error is MySqlException or SocketException or IOException)
            {
                // It is not ready yet.
            }

            if (installation.Time.GetElapsedTime(reportedAt) > ReportEvery)
            {
                reportedAt = installation.Time.GetTimestamp();
                context.Report($"starting for {installation.Time.GetElapsedTime(startedAt).TotalSeconds:0} s");
            }

            await Task.Delay(ProbeEvery, installation.Time, context.Cancellation);
        }
    }
}
