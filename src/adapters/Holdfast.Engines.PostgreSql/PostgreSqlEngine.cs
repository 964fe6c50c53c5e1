using System.Collections.Immutable;
using System.Text.Json;
using Holdfast.Engines.Jobs;
using Holdfast.Engines.PostgreSql.Configuration;
using Holdfast.Engines.PostgreSql.Jobs;
using Holdfast.Engines.PostgreSql.Observation;
using Holdfast.Engines.PostgreSql.Processes;
using Holdfast.Engines.PostgreSql.Replication;
using Holdfast.Engines.Processes;
using Holdfast.Model;
using Holdfast.Ports;
using Holdfast.Ports.Database;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Holdfast.Engines.PostgreSql;

/// <summary>One PostgreSQL server beside the agent, versions 12 to 18.</summary>
public sealed partial class PostgreSqlEngine : IDatabaseEngine
{
    private readonly ILogger _logger;
    private readonly IAgentSignal _signal;
    private readonly Installation _installation;
    private readonly ConfigurationFiles _files;
    private readonly ConfigurationKeeper _configuration;
    private readonly SyncWatch _sync;
    private readonly Postmaster _postmaster;
    private readonly LocalConnection _connection;
    private readonly Observer _observer;
    private readonly MemberSlots _slots;
    private readonly JobBoard _board;
    private readonly WorkPlan _plan;
    private readonly JobRunner _jobs;
    private PostgreSqlOptions? _reloaded;

    // A server that an earlier agent left may not have read what that agent wrote last.
    private bool _isReloadDue = true;

    /// <summary>Told once, however often it is tried.</summary>
    private string? _slotsTrouble;

    /// <exception cref="InvalidOperationException">The agent is root, and no unprivileged user for PostgreSQL is named.</exception>
    public PostgreSqlEngine(PostgreSqlOptions options, IAgentSignal signal, TimeProvider time, ILogger logger)
    {
        // PostgreSQL's programs run elsewhere than the agent.
        options = options with
        {
            DataDirectory = Path.GetFullPath(options.DataDirectory).TrimEnd('/'),
            ConfigDirectory = options.ConfigDirectory is { } directory ? Path.GetFullPath(directory) : null,
            PgPassFile = Path.GetFullPath(options.PgPassPath),
            StartupLogFile = Path.GetFullPath(options.StartupLogPath),
        };
        _logger = logger;
        _signal = signal;
        _installation = new(options, time);
        _files = new(options, _installation.Account);
        _sync = new(time, signal);
        _configuration = new(options, _files, _installation.Control, _installation.Tools, _sync, logger);
        _postmaster = new(options, _installation.Tools, signal, logger);
        _connection = new(options, time);
        _observer = new(_installation, _postmaster, _connection, _configuration, _sync, signal);
        _slots = new(options, _files, _connection, time);
        _board = new(time, signal);
        var server = new ServerJobs(_postmaster, _configuration, _files, _connection, _sync, _installation);
        _plan = new(
            server,
            new(_installation, _files, _configuration, server, _postmaster, _connection),
            new(_installation, _files, _postmaster),
            new(_installation, _configuration, _files, _postmaster));
        _jobs = new(_board, () => _postmaster.Kills, _installation.Secrets.Redact, logger);
        ToolRunner.KillLeftovers(_installation.Directory.Path, "pg_basebackup", "pg_rewind", "initdb");
    }

    /// <summary>
    /// Takes up changed parameters and access rules (<c>parameters</c>, <c>recovery_conf</c>, <c>pg_hba</c>, <c>pg_ident</c>) with the next
    /// look at the database; whatever else has changed waits for the next start of the agent.
    /// </summary>
    public void Reload(PostgreSqlOptions reloaded)
    {
        Volatile.Write(ref _reloaded, reloaded);
        _signal.Wake();
    }

    public async Task<DatabaseView> ObserveAsync(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reloaded, null) is { } reloaded)
        {
            _configuration.Reload(reloaded);
            await ApplyAsync(cancellationToken);
        }

        var view = await _observer.LookAsync(_board.Current, cancellationToken);
        return view with { Job = _board.Current, Disk = _installation.Disk.Look() };
    }

    public void Begin(DatabaseWork work) => _jobs.Begin(work, context => RunAsync(work, context));

    public void CancelJob() => _jobs.Cancel();

    public async Task FollowAsync(Upstream? upstream, CancellationToken cancellationToken)
    {
        _configuration.Upstream = upstream;
        var hasChanged = await ApplyAsync(cancellationToken);
        if (hasChanged && _installation.MajorVersion < 13 && _postmaster.Pid is not null && _files.IsStandby)
        {
            // Version 12 reads where to stream from only when it starts.
            Begin(new DatabaseWork.Restart());
        }
    }

    public async Task SetSynchronousAsync(SyncSetting wish, CancellationToken cancellationToken)
    {
        _sync.Wish(wish);
        await ApplyAsync(cancellationToken);
    }

    public async Task<bool> SetMemberSlotsAsync(ImmutableSortedDictionary<MemberName, LogPosition> members, CancellationToken cancellationToken)
    {
        if (_observer.Last is not { } observed)
        {
            return false;
        }

        try
        {
            await _slots.SetAsync(members, observed, _configuration.Dynamic, cancellationToken);
            _slotsTrouble = null;
            return true;
        }
        catch (Exception error) when (error is NpgsqlException or TimeoutException)
        {
            if (_slotsTrouble != error.Message)
            {
                LogSlotsFailed(error.Message);
            }

            _slotsTrouble = error.Message;
            return false;
        }
    }

    public async Task ConfigureAsync(string dynamicConfiguration, CancellationToken cancellationToken)
    {
        try
        {
            _configuration.Dynamic = DynamicSettings.Parse(dynamicConfiguration);
        }
        catch (JsonException error)
        {
            LogConfigurationUnreadable(error.Message);
            return;
        }

        await ApplyAsync(cancellationToken);
    }

    public void Kill() => _postmaster.Kill();

    public async ValueTask DisposeAsync()
    {
        await _jobs.DisposeAsync();
        _observer.Dispose();
        _sync.Dispose();
        _postmaster.Dispose();
        await _connection.DisposeAsync();
        await _installation.Disk.DisposeAsync();
        _configuration.Dispose();
    }

    /// <summary>Writes the files, and has a running server read them. Without a system it waits for the next start. True when a file changed.</summary>
    private async Task<bool> ApplyAsync(CancellationToken cancellationToken)
    {
        var version = await _installation.ReadMajorVersionAsync(cancellationToken);
        if (_installation.Directory.Look(version).State != DataDirectoryState.Valid)
        {
            return false;
        }

        var hasChanged = await _configuration.WriteAsync(cancellationToken);
        _isReloadDue |= hasChanged;
        if (_isReloadDue && _postmaster.Reload())
        {
            _isReloadDue = false;
            LogReloaded();
        }

        return hasChanged;
    }

    private async Task<string> RunAsync(DatabaseWork work, JobContext context)
    {
        await _installation.ReadMajorVersionAsync(context.Cancellation);
        await _postmaster.SettleAsync(context.Cancellation);
        var words = await _plan.RunAsync(work, context);
        if (work is DatabaseWork.Bootstrap)
        {
            // What was configured while the system was unfinished.
            await ApplyAsync(context.Cancellation);
        }

        return words;
    }

    [LoggerMessage(5021, LogLevel.Information, "PostgreSQL was told to read its configuration again")]
    private partial void LogReloaded();

    [LoggerMessage(5022, LogLevel.Warning, "Replication slots could not be set: {Why}")]
    private partial void LogSlotsFailed(string why);

    [LoggerMessage(5023, LogLevel.Error, "The dynamic configuration is no JSON and is ignored: {Why}")]
    private partial void LogConfigurationUnreadable(string why);
}
