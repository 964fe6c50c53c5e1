using System.Collections.Immutable;
using Holdfast.Engines.Jobs;
using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.MySql.Jobs;
using Holdfast.Engines.MySql.Observation;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;
using Holdfast.Ports;
using Holdfast.Ports.Database;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.MySql;

/// <summary>One MySQL server of a Group Replication group beside the agent, versions 8.0.22 to 9.7.</summary>
public sealed partial class MySqlEngine : IDatabaseEngine
{
    private readonly Installation _installation;
    private readonly Mysqld _process;
    private readonly Observer _observer;
    private readonly GroupWatch _watch;
    private readonly JobBoard _board;
    private readonly JobRunner _jobs;
    private readonly ParameterKeeper _parameters;
    private readonly ServerJobs _server;
    private readonly BootstrapJob _bootstrap;
    private readonly CloneJob _clone;
    private readonly GroupJobs _group;

    /// <exception cref="InvalidOperationException">The agent is root, and no unprivileged user for MySQL is named.</exception>
    public MySqlEngine(MySqlOptions options, IAgentSignal signal, TimeProvider time, ILogger logger)
    {
        _installation = new(options, time);
        _process = new(options, _installation.Files, _installation.Tools, signal, logger);
        _observer = new(options, _installation.Files, _installation.Directory, _process, _installation.Sql, time);
        _watch = new(options, _installation.Sql, () => _process.Pid is not null, signal, time);
        _board = new(time, signal);
        _jobs = new(_board, () => _process.Kills, _installation.Redact, logger);
        _parameters = new(_installation, () => _process.Pid is not null, signal, logger);
        _server = new(_installation, _process, _parameters);
        _group = new(_installation);
        var newSystem = new NewSystem(_installation, _server, _process, _parameters);
        _bootstrap = new(_installation, newSystem, _server, _group, _process);
        _clone = new(_installation, newSystem, _process);
        _watch.Start();
    }

    public async Task<DatabaseView> ObserveAsync(CancellationToken cancellationToken)
    {
        var view = await _observer.LookAsync(_board.Current, cancellationToken);
        if (view.IsResponsive)
        {
            _parameters.GoOn();
        }

        return view with
        {
            Job = _board.Current,
            Disk = _installation.Disk.Look(),
            IsRestartPending = view.IsResponsive && !_parameters.Pending.IsEmpty,
            Trouble = view.Trouble ?? (_parameters.LeftOut.IsEmpty ? null : $"parameters left out: {string.Join(", ", _parameters.LeftOut)}"),
        };
    }

    public void Begin(DatabaseWork work) => _jobs.Begin(work, async context =>
    {
        await _process.SettleAsync(context.Cancellation);
        return await RunAsync(work, context);
    });

    public void CancelJob() => _jobs.Cancel();

    /// <summary>The group's members find each other.</summary>
    public Task FollowAsync(Upstream? upstream, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The group's consensus decides what a commit waits for.</summary>
    public Task SetSynchronousAsync(SyncSetting wish, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>A member that comes back takes what it missed from the others' binary logs.</summary>
    public Task<bool> SetMemberSlotsAsync(ImmutableSortedDictionary<MemberName, LogPosition> members, CancellationToken cancellationToken) => Task.FromResult(true);

    /// <summary>Takes up <c>mysql.parameters</c>, beside the agent's turns.</summary>
    public Task ConfigureAsync(string dynamicConfiguration, CancellationToken cancellationToken)
    {
        _parameters.Configure(dynamicConfiguration);
        return Task.CompletedTask;
    }

    public void Kill() => _process.Kill();

    public async ValueTask DisposeAsync()
    {
        await _jobs.DisposeAsync();
        await _parameters.DisposeAsync();
        await _watch.DisposeAsync();
        await _observer.DisposeAsync();
        _process.Dispose();
        await _installation.Disk.DisposeAsync();
    }

    private Task<string> RunAsync(DatabaseWork work, JobContext context) => work switch
    {
        DatabaseWork.Bootstrap => _bootstrap.RunAsync(context),
        DatabaseWork.CloneFrom copy => _clone.RunAsync(copy.Source, context),
        DatabaseWork.StartReplica => _server.StartAsync(context),
        DatabaseWork.Stop stop => _server.StopAsync(stop.PoliteBudget, context),
        DatabaseWork.Restart => _server.RestartAsync(context),
        DatabaseWork.JoinGroup join => _group.JoinAsync(join, context),
        DatabaseWork.BootstrapGroup begin => _group.BeginAsync(begin.Mode, context),
        DatabaseWork.ChangeGroupMode change => _group.ChangeModeAsync(change, context),
        DatabaseWork.ElectPrimary elect => _group.ElectPrimaryAsync(elect.ServerId, context),
        DatabaseWork.Expel expel => _group.ExpelAsync(expel.Address, context),
        _ => throw new JobFailedException($"MySQL has no {work.Kind}: its group elects for itself"),
    };
}
