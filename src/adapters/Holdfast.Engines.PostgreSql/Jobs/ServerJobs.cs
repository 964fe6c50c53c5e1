using Holdfast.Engines.Jobs;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Engines.Processes;
using Holdfast.Model;
using Npgsql;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Starts, stops, promotes and checkpoints the server.</summary>
internal sealed class ServerJobs(
    Postmaster postmaster,
    ConfigurationKeeper configuration,
    ConfigurationFiles files,
    LocalConnection connection,
    SyncWatch sync,
    Installation installation)
{
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan PromotionProbeEvery = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan QuitBudget = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RestartBudget = TimeSpan.FromSeconds(60);

    private TimeProvider Time => installation.Time;

    public Task<string> StartPrimaryAsync(JobContext context)
    {
        RefuseUnlessValid();
        return StartPrimaryUncheckedAsync(context);
    }

    /// <summary>While a bootstrap runs the directory counts as unfinished.</summary>
    public async Task<string> StartPrimaryUncheckedAsync(JobContext context)
    {
        if (!postmaster.TryAdopt())
        {
            files.RemoveSignals();
            configuration.Upstream = null;
        }

        return await StartAsync(context);
    }

    public async Task<string> StartReplicaAsync(Upstream? upstream, JobContext context)
    {
        RefuseUnlessValid();
        if (!postmaster.TryAdopt())
        {
            files.WriteStandbySignal();
            configuration.Upstream = upstream;
        }

        return await StartAsync(context);
    }

    /// <summary>Starts in the role that the directory has, and waits until connections are accepted.</summary>
    public async Task<string> StartAsync(JobContext context)
    {
        var startedAt = Time.GetTimestamp();
        if (!postmaster.TryAdopt())
        {
            sync.Reset();
            await configuration.WriteAsync(context.Cancellation);
            installation.PrepareStartupLog();
            postmaster.Start(configuration.CommandLine(), context.KillsBefore);
        }

        await WaitUntilReadyAsync(context, startedAt);
        return $"accepts connections after {Time.GetElapsedTime(startedAt).TotalSeconds:0.0} s";
    }

    public async Task<string> StopAsync(TimeSpan politeBudget, JobContext context)
    {
        if (!postmaster.TryAdopt())
        {
            return "was not running";
        }

        var ended = postmaster.Ended;
        postmaster.ExpectEnd();
        context.Report($"asked to stop within {politeBudget.TotalSeconds:0.#} s");
        postmaster.Signal(Posix.SigInt);
        if (await EndsWithinAsync(ended, politeBudget, context.Cancellation))
        {
            return "stopped cleanly";
        }

        context.Report("did not stop when asked: told to quit at once");
        postmaster.Signal(Posix.SigQuit);
        if (await EndsWithinAsync(ended, QuitBudget, context.Cancellation))
        {
            return $"stopped at once, because it did not stop within {politeBudget.TotalSeconds:0.#} s";
        }

        postmaster.Kill();
        await ended.WaitAsync(context.Cancellation);
        return "killed, because it neither stopped nor quit";
    }

    public async Task<string> RestartAsync(JobContext context)
    {
        await StopAsync(RestartBudget, context);
        return await StartAsync(context);
    }

    public async Task<string> PromoteAsync(TimeSpan limit, JobContext context)
    {
        var startedAt = Time.GetTimestamp();
        if (postmaster.Pid is null || !files.IsStandby)
        {
            throw new JobFailedException("only a running replica can be promoted");
        }

        installation.WritePromoteSignal();
        postmaster.Signal(PromoteSignal);
        context.Report("promoting");
        try
        {
            await WaitForEndOfRecoveryAsync(limit, context.Cancellation);
        }
        finally
        {
            installation.RemovePromoteSignal();
        }

        var took = Time.GetElapsedTime(startedAt);
        configuration.Upstream = null;
        await configuration.WriteAsync(context.Cancellation);
        return $"promoted in {took.TotalMilliseconds:0} ms";
    }

    public async Task<string> CheckpointAsync(JobContext context)
    {
        var startedAt = Time.GetTimestamp();
        await using var session = connection.Begin(installation.Options.Database);
        await session.AskAsync("CHECKPOINT", Timeout.InfiniteTimeSpan, Time, context.Cancellation);
        return $"done in {Time.GetElapsedTime(startedAt).TotalSeconds:0.0} s";
    }

    public async Task WaitForEndOfRecoveryAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        var startedAt = Time.GetTimestamp();
        await using var session = connection.Begin(installation.Options.Database);
        try
        {
            while (await session.AskAsync("SELECT pg_is_in_recovery()", Left(startedAt, limit), Time, cancellationToken) is not false)
            {
                if (Left(startedAt, limit) == TimeSpan.Zero)
                {
                    throw new TimeoutException();
                }

                await Task.Delay(PromotionProbeEvery, Time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            throw new JobFailedException($"the promotion did not end within {limit.TotalSeconds:0.#} s");
        }
        catch (NpgsqlException error)
        {
            throw new JobFailedException($"the database broke off while it was promoted: {error.Message}");
        }
    }

    // SIGUSR1: the postmaster looks for the file that asks for promotion, as pg_ctl has it.
    private static int PromoteSignal => 10;

    private void RefuseUnlessValid()
    {
        var (state, why) = installation.Directory.Look(installation.MajorVersion);
        if (state != DataDirectoryState.Valid)
        {
            throw new JobFailedException(why ?? $"there is no system in {installation.Directory.Path}");
        }
    }

    private async Task<bool> EndsWithinAsync(Task ended, TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            await ended.WaitAsync(limit, Time, cancellationToken);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    /// <summary>PostgreSQL has no event for it, so its lock file is read in short steps; a connection then proves it.</summary>
    private async Task WaitUntilReadyAsync(JobContext context, long startedAt)
    {
        var reportedAt = startedAt;
        while (!await AcceptsConnectionsAsync(context.Cancellation))
        {
            if (postmaster.Pid is null)
            {
                throw new JobFailedException($"PostgreSQL ended while it started: {installation.LastWords()}");
            }

            if (Time.GetElapsedTime(reportedAt) >= ReportEvery)
            {
                reportedAt = Time.GetTimestamp();
                context.Report($"starting or recovering for {Time.GetElapsedTime(startedAt).TotalSeconds:0} s");
            }

            await Task.Delay(ProbeEvery, Time, context.Cancellation);
        }
    }

    private async Task<bool> AcceptsConnectionsAsync(CancellationToken cancellationToken)
    {
        if (PostmasterFile.Read(installation.Options.DataDirectory) is not { IsReady: true } file || file.Pid != postmaster.Pid)
        {
            return false;
        }

        var answer = await connection.ProbeAsync(cancellationToken);
        return answer.Kind == AnswerKind.Answered;
    }

    private TimeSpan Left(long startedAt, TimeSpan limit)
    {
        if (limit == Timeout.InfiniteTimeSpan)
        {
            return limit;
        }

        var left = limit - Time.GetElapsedTime(startedAt);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }
}
