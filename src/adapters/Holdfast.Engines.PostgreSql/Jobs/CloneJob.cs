using System.Collections.Immutable;
using Holdfast.Engines.Jobs;
using Holdfast.Engines.Observation;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Engines.Processes;
using Holdfast.Model;

namespace Holdfast.Engines.PostgreSql.Jobs;

/// <summary>Copies another member's system into the data directory.</summary>
internal sealed class CloneJob(Installation installation, ConfigurationFiles files, Postmaster postmaster)
{
    private const string CloneMark = "a clone";
    private const double BytesInGigabyte = 1 << 30;
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private static readonly ReplicaMethod BaseBackup = new("basebackup", null, false, false);

    private PostgreSqlOptions Options => installation.Options;

    private DataDirectory Directory => installation.Directory;

    public async Task<string> RunAsync(Upstream source, JobContext context)
    {
        if (postmaster.TryAdopt())
        {
            throw new JobFailedException("the database runs: it must be stopped before another one is copied over it");
        }

        var (state, why) = Directory.Look(installation.MajorVersion);
        if (state == DataDirectoryState.Foreign)
        {
            throw new JobFailedException($"{why}: it is left alone");
        }

        var startedAt = installation.Time.GetTimestamp();
        var (bytes, methods) = await PlanAsync(source, context);
        RefuseWithoutRoom(bytes);
        var aside = methods[0].KeepsData ? null : MakeWay(state);
        installation.Account.MakePrivateDirectory(Directory.Path);
        Directory.MarkUnfinished($"{CloneMark} from {source.Member} began at {installation.Time.GetUtcNow():u}");
        var method = await CopyAsync(source, bytes, methods, context);
        Finish();
        var kept = aside is null ? "" : $"; the former directory is kept as {aside}";
        return $"copied {Size(bytes)} from {source.Member} by {method} in {installation.Time.GetElapsedTime(startedAt).TotalSeconds:0.0} s{kept}";
    }

    /// <summary>A source that is away leaves the methods that restore from a backup.</summary>
    private async Task<(long Bytes, ImmutableArray<ReplicaMethod> Methods)> PlanAsync(Upstream source, JobContext context)
    {
        var methods = Options.CreateReplicaMethods.IsDefaultOrEmpty ? [BaseBackup] : Options.CreateReplicaMethods;
        context.Report($"asking {source.Member} how much there is to copy");
        try
        {
            return (await new Source(installation, source).ReadSizeAsync(context.Cancellation), methods);
        }
        catch (JobFailedException) when (methods.Any(method => method.WorksWithoutSource))
        {
            return (0, [.. methods.Where(method => method.WorksWithoutSource)]);
        }
    }

    private void RefuseWithoutRoom(long bytes)
    {
        // What is in the directory stays on the disk under another name, so it makes no room.
        var need = bytes + Options.MinimumFreeBytesAfterClone;
        if (installation.Disk.Space() is var (free, _) && free < need)
        {
            throw new JobFailedException(
                $"no room for the copy: {Size(need)} needed ({Size(bytes)} of data, {Size(Options.MinimumFreeBytesAfterClone)} to stay free), {Size(free)} free");
        }
    }

    /// <summary>Half a copy from a member that still has the whole is worth nothing; everything else is kept.</summary>
    private string? MakeWay(DataDirectoryState state)
    {
        if (state == DataDirectoryState.Unfinished && Directory.Unfinished?.StartsWith(CloneMark, StringComparison.Ordinal) == true)
        {
            Directory.Clear();
            return null;
        }

        var aside = Directory.SetAside("set-aside", installation.Time.GetUtcNow());
        Directory.DropOldestSetAside(Options.SetAsideDirectoriesMax);
        return aside;
    }

    private async Task<string> CopyAsync(Upstream source, long bytes, ImmutableArray<ReplicaMethod> methods, JobContext context)
    {
        var words = "";
        foreach (var method in methods)
        {
            installation.Account.MakePrivateDirectory(Directory.Path);
            files.WritePasswords();
            var result = await WatchAsync(method, source, bytes, context);
            if (result.Succeeded)
            {
                return method.Name;
            }

            words = result.Words;
            if (!method.KeepsData)
            {
                Directory.Clear();
            }
        }

        throw new JobFailedException(words);
    }

    private async Task<ToolResult> WatchAsync(ReplicaMethod method, Upstream source, long bytes, JobContext context)
    {
        using var copying = CancellationTokenSource.CreateLinkedTokenSource(context.Cancellation);
        var copy = StartCopy(method, source, copying.Token);
        try
        {
            while (await Task.WhenAny(copy, Task.Delay(LookEvery, installation.Time, context.Cancellation)) != copy)
            {
                context.Cancellation.ThrowIfCancellationRequested();
                var done = System.IO.Directory.Exists(Directory.Path) ? DiskProbe.SizeOf(Directory.Path, context.Cancellation) : 0;
                context.Report($"copied {Size(done)} of {Size(bytes)} from {source.Member} by {method.Name}");
                if (installation.Disk.Space() is var (free, _) && free < Options.MinimumFreeBytesAfterClone)
                {
                    throw new JobFailedException($"the disk ran short while copying: {Size(free)} free");
                }
            }
        }
        catch
        {
            await copying.CancelAsync();
            await ((Task)copy).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            throw;
        }

        return await copy;
    }

    private Task<ToolResult> StartCopy(ReplicaMethod method, Upstream source, CancellationToken cancellationToken)
    {
        var connection = ConnectionInfo.Tool(Options, Options.Replication, source, method.Command is null ? null : Options.Database);
        if (method.Command is not { } command)
        {
            return installation.Tools.RunAsync(
                "pg_basebackup",
                [
                    "-D", Directory.Path, "-X", "stream", "--checkpoint=fast", "--no-password", "-d", connection,
                    .. Options.BaseBackupOptions.Select(option => option.Argument),
                ],
                cancellationToken);
        }

        var arguments = command.Arguments.Select(option => option.Argument).ToList();
        if (command.PassesStandardArguments)
        {
            arguments.AddRange(
                [$"--scope={Options.Scope}", "--role=replica", $"--datadir={Directory.Path}", $"--connstring={connection}"]);
        }

        return installation.Tools.RunCommandAsync(command.Command, arguments, cancellationToken);
    }

    private void Finish()
    {
        // A copy of a primary would start as one; from here on only a promotion makes it that.
        files.ForgetOwnSlots();
        files.WriteStandbySignal();
        Directory.MarkFinished();
        installation.Disk.Forget();
    }

    private static string Size(long bytes) => $"{bytes / BytesInGigabyte:0.00} GB";
}
