using Holdfast.Engines.Jobs;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Brings a diverged system back onto another member's history with pg_rewind.</summary>
internal sealed class RewindJob(
    Installation installation,
    ConfigurationKeeper configuration,
    ConfigurationFiles files,
    Postmaster postmaster)
{
    private PostgreSqlOptions Options => installation.Options;

    public async Task<string> RunAsync(Upstream source, JobContext context)
    {
        if (postmaster.TryAdopt())
        {
            throw new JobFailedException("the database runs: it must be stopped before it is rewound");
        }

        var (state, why) = installation.Directory.Look(installation.MajorVersion);
        if (state != DataDirectoryState.Valid)
        {
            throw new JobFailedException(why ?? "there is no system to rewind");
        }

        var startedAt = installation.Time.GetTimestamp();
        context.Report($"asking {source.Member} whether it can be the source");
        await new Source(installation, source).RefuseUnlessRewindableAsync(context.Cancellation);
        var ownSlots = files.ReadOwnSlots();
        installation.Directory.MarkUnfinished($"a rewind onto {source.Member} began at {installation.Time.GetUtcNow():u}");
        var words = await RewindAsync(source, context);
        files.WriteOwnSlots(ownSlots);
        files.WriteStandbySignal();
        installation.Directory.MarkFinished();
        return $"{words} in {installation.Time.GetElapsedTime(startedAt).TotalSeconds:0.0} s";
    }

    private async Task<string> RewindAsync(Upstream source, JobContext context)
    {
        context.Report($"rewinding onto {source.Member}");
        var wasStandby = files.IsStandby;
        await configuration.WriteAsync(context.Cancellation);

        // Both pg_rewind and a single-user server refuse, or recover wrongly, with a standby's signal in place.
        files.RemoveSignals();
        await RecoverBeforeThirteenAsync(context);
        var hasNamedChanges = false;
        var result = await installation.Tools.RunAsync(
            "pg_rewind",
            Arguments(source),
            context.Cancellation,
            line => hasNamedChanges |= line.Contains("need to copy", StringComparison.OrdinalIgnoreCase));
        if (result.Succeeded)
        {
            return result.ErrorTail.Contains("no rewind required", StringComparison.OrdinalIgnoreCase)
                ? "no rewind was needed"
                : $"rewound onto {source.Member}";
        }

        if (!hasNamedChanges)
        {
            // It gave up before it changed anything: the system is what it was, diverged but whole.
            if (wasStandby)
            {
                files.WriteStandbySignal();
            }

            installation.Directory.MarkFinished();
        }

        throw new JobFailedException(result.Words);
    }

    private IEnumerable<string> Arguments(Upstream source)
    {
        yield return "-D";
        yield return installation.Directory.Path;
        yield return "--progress";
        yield return $"--source-server={ConnectionInfo.Tool(Options, Options.RewindOrSuperuser, source, Options.Database)}";
        if (installation.MajorVersion >= 13 && configuration.Written.GetValueOrDefault("restore_command") is { Length: > 0 })
        {
            yield return "--restore-target-wal";
        }

        if (installation.MajorVersion >= 15 && Options.ConfigDirectory is not null)
        {
            yield return $"--config-file={files.MainFile}";
        }
    }

    /// <summary>pg_rewind wants a target that stopped cleanly, and makes one itself since version 13.</summary>
    private async Task RecoverBeforeThirteenAsync(JobContext context)
    {
        var control = await installation.Control.ReadAsync(context.Cancellation);
        if (installation.MajorVersion >= 13 || control is { State.WasShutDownCleanly: true })
        {
            return;
        }

        context.Report("recovering before the rewind");
        var result = await installation.Tools.RunAsync(
            "postgres",
            ["--single", "-D", Options.DataDirectory, $"--config_file={files.MainFile}", "-c", "archive_mode=on", "-c", "archive_command=false", "template1"],
            context.Cancellation);
        if (!result.Succeeded)
        {
            throw new JobFailedException(result.Words);
        }
    }
}
