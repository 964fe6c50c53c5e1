using System.Net.Sockets;
using Holdfast.Engines.MySql.Configuration;
using Holdfast.Engines.MySql.Processes;
using Holdfast.Model;
using Holdfast.Model.Groups;
using MySqlConnector;

namespace Holdfast.Engines.MySql.Observation;

/// <summary>Looks at the server, the directory and the process. A server that is down or silent is data, no exception.</summary>
internal sealed class Observer(MySqlOptions options, ServerFiles files, MySqlDirectory directory, Mysqld process, Sql sql, TimeProvider time) : IAsyncDisposable
{
    // One that has not answered in its own time need not be waited for as long again.
    private static readonly TimeSpan StillSilent = TimeSpan.FromMilliseconds(50);
    private MySqlConnection? _connection;
    private Task<Observed>? _late;
    private Observed? _last;

    public async Task<DatabaseView> LookAsync(DatabaseJob? job, CancellationToken cancellationToken)
    {
        await process.SettleAsync(cancellationToken);
        var ownsDirectory = job is { State: JobState.Running, Kind: DatabaseJobKind.Clone or DatabaseJobKind.Bootstrap };
        if (process.Pid is null && (ownsDirectory || !process.TryAdopt()))
        {
            return await LookAtFilesAsync(job);
        }

        var view = await LookAtProcessAsync(job, cancellationToken);

        // It may have ended under the question; then what it said is history.
        return process.Pid is null ? await LookAtFilesAsync(job) : view;
    }

    public async ValueTask DisposeAsync() => await DropAsync();

    private async Task<DatabaseView> LookAtProcessAsync(DatabaseJob? job, CancellationToken cancellationToken)
    {
        if (job is { State: JobState.Running, Kind: DatabaseJobKind.StartReplica or DatabaseJobKind.Bootstrap or DatabaseJobKind.Clone or DatabaseJobKind.Restart })
        {
            await ForgetAsync();
            return Silent(DatabaseProcess.Starting, null);
        }

        var startedAt = time.GetTimestamp();
        try
        {
            if (_late is not null)
            {
                // What it says is as old as the question: only that it came matters.
                await ((Task)_late.WaitAsync(StillSilent, time, cancellationToken)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (!_late.IsCompleted)
                {
                    throw new TimeoutException();
                }

                _late = null;
            }

            _late = AskAsync(cancellationToken);
            var left = options.QueryTimeout - time.GetElapsedTime(startedAt);
            var observed = _last = await _late.WaitAsync(left > TimeSpan.Zero ? left : TimeSpan.Zero, time, cancellationToken);
            _late = null;
            return Describe(observed, job);
        }
        catch (TimeoutException)
        {
            var silent = Silent(Running(job), $"no answer within {options.QueryTimeout.TotalMilliseconds:0} ms");
            return silent with { Group = silent.Group! with { IsBlocked = await IsAliveAsync(cancellationToken) } };
        }
        catch (Exception error) when (error is MySqlException or SocketException or IOException or InvalidOperationException)
        {
            _late = null;
            await DropAsync();
            await process.SettleAsync(cancellationToken);
            return Silent(Running(job), error.Message);
        }
    }

    /// <summary>What is asked of a group waits while the server leaves or joins it; a server that hangs answers nothing.</summary>
    private async Task<bool> IsAliveAsync(CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(options.QueryTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await using var connection = await sql.OpenAsync(either.Token);
            await Sql.RunAsync(connection, "DO 1", either.Token);
            return true;
        }
        catch (Exception error) when (error is MySqlException or SocketException or IOException or InvalidOperationException
            || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return false;
        }
    }

    private async Task<Observed> AskAsync(CancellationToken cancellationToken)
    {
        _connection ??= await sql.OpenAsync(cancellationToken);
        return await GroupQuery.ReadAsync(_connection, options.Group.Address, cancellationToken);
    }

    private DatabaseView Describe(Observed observed, DatabaseJob? job) => new()
    {
        Directory = directory.Unfinished is null ? DataDirectoryState.Valid : DataDirectoryState.Unfinished,
        Process = Running(job),
        IsResponsive = true,
        Role = IsPrimary(observed.Group) ? DatabaseRole.Primary : DatabaseRole.Replica,
        SystemId = files.ReadGroup(),
        ServerVersion = Version(observed.Version),
        IsStreaming = observed.Group.State == GroupState.Online && !IsPrimary(observed.Group),
        HasCheckpointedSincePromotion = true,
        Group = observed.Group,
    };

    private DatabaseView Silent(DatabaseProcess state, string? trouble) => new()
    {
        Directory = directory.Unfinished is null ? DataDirectoryState.Valid : DataDirectoryState.Unfinished,
        Process = state,
        Role = _last is { } last && IsPrimary(last.Group) && state == DatabaseProcess.Running ? DatabaseRole.Primary : DatabaseRole.Replica,
        SystemId = files.ReadGroup(),
        ServerVersion = Version(_last?.Version ?? ""),
        Trouble = trouble,
        Group = state == DatabaseProcess.Running && _last is { } said ? said.Group : Down(),
    };

    private async Task<DatabaseView> LookAtFilesAsync(DatabaseJob? job)
    {
        await ForgetAsync();
        var (state, why) = directory.Look();
        return new()
        {
            Directory = state,
            Process = process.HasCrashed && job is not { State: JobState.Running } ? DatabaseProcess.Crashed : DatabaseProcess.Stopped,
            Role = DatabaseRole.Unknown,
            SystemId = state == DataDirectoryState.Valid ? files.ReadGroup() : null,
            Control = state == DataDirectoryState.Valid && files.IsRestored ? new ControlState(true, true, LogPosition.Zero, new Timeline(0)) : null,
            Trouble = process.HasCrashed ? $"MySQL ended without being told to: {files.LastWords()}" : why,
            Group = Down(),
        };
    }

    /// <summary>It is in no group; what it held when it was last asked is at least what it holds.</summary>
    private GroupView Down() => new()
    {
        ServerId = _last?.Group.ServerId,
        Address = options.Group.Address,
        Transactions = _last?.Group.Transactions ?? TransactionSet.Empty,
    };

    /// <summary>What the server said of its group before it ended is not what the next one is in.</summary>
    private async Task ForgetAsync()
    {
        _late = null;
        _last = _last is { } last ? last with { Group = Down() } : null;
        await DropAsync();
    }

    private async Task DropAsync()
    {
        var connection = _connection;
        _connection = null;
        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }

    /// <summary>With a job that stops it under way it is on its way out.</summary>
    private static DatabaseProcess Running(DatabaseJob? job) =>
        job is { State: JobState.Running, Kind: DatabaseJobKind.Stop } ? DatabaseProcess.Stopping : DatabaseProcess.Running;

    private static bool IsPrimary(GroupView group) => group is { State: GroupState.Online, Own.IsPrimary: true };

    /// <summary>As MySQL numbers itself: 8.4.3 is 80403.</summary>
    private static int Version(string text)
    {
        var numbers = text.Split('.', '-').Select(part => int.TryParse(part, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0).ToArray();
        return numbers.Length >= 3 ? (numbers[0] * 10000) + (numbers[1] * 100) + numbers[2] : 0;
    }
}
