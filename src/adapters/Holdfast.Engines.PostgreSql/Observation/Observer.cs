using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Model;
using Holdfast.Ports;

namespace Holdfast.Engines.PostgreSql.Observation;

/// <summary>Looks at the database: by one question when it runs, at its files when it does not.</summary>
internal sealed class Observer(
    Installation installation,
    Postmaster postmaster,
    LocalConnection connection,
    ConfigurationKeeper configuration,
    SyncWatch sync,
    IAgentSignal signal) : IDisposable
{
    private static readonly TimeSpan LookAgainWhileStarting = TimeSpan.FromMilliseconds(50);

    private readonly TimelineHistory _history = new(installation.Options.DataDirectory);
    private readonly RestartNeed _restartNeed = new(configuration, installation.Control);
    private DatabaseView? _lastAnswered;
    private string? _systemId;
    private ITimer? _lookAgain;

    /// <summary>The last answer of the running process; null when there was none yet.</summary>
    public Observed? Last { get; private set; }

    public async Task<DatabaseView> LookAsync(DatabaseJob? job, CancellationToken cancellationToken)
    {
        await postmaster.SettleAsync(cancellationToken);
        var ownsDirectory = job is { State: JobState.Running, Kind: DatabaseJobKind.Clone or DatabaseJobKind.Rewind };
        if (ownsDirectory || !postmaster.TryAdopt())
        {
            return await LookAtFilesAsync(job, cancellationToken);
        }

        var view = await LookAtProcessAsync(job, cancellationToken);

        // It may have ended under the question; then what it said is history.
        return postmaster.Pid is null ? await LookAtFilesAsync(job, cancellationToken) : view;
    }

    public void Dispose() => _lookAgain?.Dispose();

    private async Task<DatabaseView> LookAtProcessAsync(DatabaseJob? job, CancellationToken cancellationToken)
    {
        var file = PostmasterFile.Read(installation.Options.DataDirectory);
        if (file is null || file.Pid != postmaster.Pid || file.Status is "" or "starting")
        {
            return Silent(DatabaseProcess.Starting, job, null);
        }

        var askedAt = installation.Time.GetTimestamp();
        var answer = await connection.AskAsync(ObservationQuery.Text, cancellationToken);
        switch (answer.Kind)
        {
            case AnswerKind.Answered:
                Last = ObservationQuery.Read(answer.Text);
                return _lastAnswered = await DescribeAsync(Last, askedAt, job, cancellationToken);
            case AnswerKind.NotAccepting when file.Status != "stopping":
                return Silent(DatabaseProcess.Starting, job, answer.Text);
            case AnswerKind.Unknown or AnswerKind.Broken or AnswerKind.NotAccepting:
                // A connection breaks a moment before the process's end is known.
                await postmaster.SettleAsync(cancellationToken);
                return Silent(file.Status == "stopping" ? DatabaseProcess.Stopping : DatabaseProcess.Running, job, answer.Text);
            default:
                throw new InvalidOperationException($"{answer.Kind} is no answer");
        }
    }

    private async Task<DatabaseView> DescribeAsync(Observed observed, long askedAt, DatabaseJob? job, CancellationToken cancellationToken) => new()
    {
        Directory = DirectoryOfProcess(),
        Process = WhileWorking(DatabaseProcess.Running, job),
        IsResponsive = true,
        Role = observed.IsInRecovery ? DatabaseRole.Replica : DatabaseRole.Primary,
        SystemId = observed.SystemId,
        ServerVersion = observed.ServerVersion,
        Timeline = new(observed.Timeline),
        Position = observed.Position,
        ReplayPosition = observed.ReplayPosition,
        Upstream = observed.IsInRecovery ? configuration.Upstream : null,
        IsStreaming = observed.IsStreaming,
        Standbys = observed.Standbys,
        Synchronous = sync.Look(observed, askedAt),
        HasCheckpointedSincePromotion = observed.HasCheckpointedOnTimeline,
        StartedAt = observed.StartedAt,
        ReplayedAt = observed.ReplayedAt,
        IsReplayPaused = observed.IsReplayPaused,
        History = observed.IsInRecovery ? [] : _history.Read(observed.Timeline),
        Slots = [.. observed.Slots.Select(slot => slot.Name)],
        IsRestartPending = await _restartNeed.IsPendingAsync(observed, cancellationToken),
        Trouble = configuration.LeftOut.IsEmpty ? null : $"parameters left out: {string.Join(", ", configuration.LeftOut.Order(StringComparer.Ordinal))}",
    };

    /// <summary>It lives and says nothing: what it said last is all there is.</summary>
    private DatabaseView Silent(DatabaseProcess process, DatabaseJob? job, string? trouble)
    {
        if (process == DatabaseProcess.Starting)
        {
            Last = null;
            _lookAgain ??= installation.Time.CreateTimer(_ => signal.Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _lookAgain.Change(LookAgainWhileStarting, Timeout.InfiniteTimeSpan);
        }

        var last = _lastAnswered ?? new() { Directory = DataDirectoryState.Valid, Process = process, SystemId = _systemId };
        return last with
        {
            Directory = DirectoryOfProcess(),
            Process = WhileWorking(process, job),
            IsResponsive = false,
            Role = configuration.Role,
            Upstream = configuration.Upstream,
            IsStreaming = false,
            Standbys = [],
            Trouble = trouble,
        };
    }

    /// <summary>A server runs in an unfinished directory when a bootstrap was cut short.</summary>
    private DataDirectoryState DirectoryOfProcess() =>
        installation.Directory.Unfinished is null ? DataDirectoryState.Valid : DataDirectoryState.Unfinished;

    private static DatabaseProcess WhileWorking(DatabaseProcess process, DatabaseJob? job) => job switch
    {
        { State: JobState.Running, Kind: DatabaseJobKind.Stop } => DatabaseProcess.Stopping,
        { State: JobState.Running, Kind: DatabaseJobKind.Bootstrap } => DatabaseProcess.Starting,
        _ => process,
    };

    private async Task<DatabaseView> LookAtFilesAsync(DatabaseJob? job, CancellationToken cancellationToken)
    {
        Last = null;
        _lastAnswered = null;
        var version = await installation.ReadMajorVersionAsync(cancellationToken);
        var (state, why) = installation.Directory.Look(version);
        if (state != DataDirectoryState.Valid)
        {
            return new() { Directory = state, Process = HasCrashed(null, job) ? DatabaseProcess.Crashed : DatabaseProcess.Stopped, Trouble = why };
        }

        var control = await installation.Control.ReadAsync(cancellationToken);
        _systemId = control?.SystemId;
        var hasCrashed = HasCrashed(control, job);
        return new()
        {
            Directory = state,
            Process = hasCrashed ? DatabaseProcess.Crashed : DatabaseProcess.Stopped,
            Role = DatabaseRole.Unknown,
            SystemId = control?.SystemId,
            ServerVersion = version * 10000,
            Timeline = control?.EndTimeline,
            Position = control?.End ?? LogPosition.Zero,
            ReplayPosition = control?.End ?? LogPosition.Zero,
            Upstream = configuration.Upstream,
            Control = control is null ? null : control.State with { WasPrimary = control.State.WasPrimary && configuration.Role == DatabaseRole.Primary },
            Trouble = Trouble(control, hasCrashed),
        };
    }

    private string? Trouble(ControlData? control, bool hasCrashed) => (control, hasCrashed) switch
    {
        (null, _) => "the control file cannot be read",
        (_, true) => $"PostgreSQL ended without being told to: {installation.LastWords()}",
        _ => null,
    };

    /// <summary>A process that an earlier agent's life saw end is known by its control file only; a fresh copy looks the same but was never run.</summary>
    private bool HasCrashed(ControlData? control, DatabaseJob? job) => postmaster.HasCrashed
        || (!postmaster.HasLived
            && control is { State.WasShutDownCleanly: false }
            && job is not { Kind: DatabaseJobKind.Clone or DatabaseJobKind.Rewind }
            && !File.Exists(Path.Combine(installation.Options.DataDirectory, "backup_label")));
}
