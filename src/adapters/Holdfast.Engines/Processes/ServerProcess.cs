using Holdfast.Ports;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.PostgreSql.Processes;

/// <summary>The server process: started or adopted, watched, signalled and killed.</summary>
internal sealed partial class Postmaster(
    PostgreSqlOptions options,
    ToolRunner tools,
    IAgentSignal signal,
    ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly PostgreSqlKiller _killer = new(options.DataDirectory);
    private Life? _life;
    private long _kills;
    private bool _isTold = true;

    /// <summary>Null while no process runs.</summary>
    public int? Pid => _life?.Pid;

    /// <summary>This agent has seen a process of this database.</summary>
    public bool HasLived { get; private set; }

    /// <summary>The last process ended without being told to.</summary>
    public bool HasCrashed
    {
        get
        {
            lock (_lock)
            {
                return _life is null && !_isTold;
            }
        }
    }

    /// <summary>Grows with every kill, so that a start that a kill overtook is noticed.</summary>
    public long Kills => Interlocked.Read(ref _kills);

    /// <summary>Completes when the process has ended and nothing of it is left.</summary>
    public Task Ended => _life?.Ended.Task ?? Task.CompletedTask;

    /// <summary>A process that is dead but whose end was not worked off yet counts as gone only after that.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        if (_life is { } life && !ProcFs.IsAlive(life.Pid))
        {
            await life.Ended.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Finds the process that an earlier agent left running.</summary>
    public bool TryAdopt()
    {
        if (_life is not null)
        {
            return true;
        }

        if (PostmasterFile.Read(options.DataDirectory) is not { } file || !_killer.IsOurs(file.Pid))
        {
            return false;
        }

        Watch(file.Pid);
        LogAdopted(file.Pid);
        return true;
    }

    /// <summary>Starts the server, unless a kill came after <paramref name="killsBefore"/> was read.</summary>
    public void Start(IEnumerable<string> arguments, long killsBefore)
    {
        // Backends of a dead postmaster hold its shared memory and could still answer clients.
        _killer.KillOrphans();
        if (Kills != killsBefore)
        {
            throw new OperationCanceledException("the database was killed while it was about to start");
        }

        var pid = tools.StartDetached("postgres", arguments, options.StartupLogPath);
        Watch(pid);
        LogStarted(pid);
        if (Kills != killsBefore)
        {
            Posix.Signal(pid, Posix.SigKill);
            Kill();
            throw new OperationCanceledException("the database was killed while it started");
        }
    }

    /// <summary>From here on an end of the process is no crash.</summary>
    public void ExpectEnd()
    {
        lock (_lock)
        {
            _isTold = true;
        }
    }

    /// <summary>
    /// Has the server read its configuration again. False while it is no server yet: before PostgreSQL has written its lock file the
    /// signal would end the process.
    /// </summary>
    public bool Reload() =>
        _life is { } life && PostmasterFile.Read(options.DataDirectory)?.Pid == life.Pid && Posix.Signal(life.Pid, Posix.SigHup);

    public bool Signal(int signalNumber) => _life is { } life && Posix.Signal(life.Pid, signalNumber);

    public void Kill()
    {
        Interlocked.Increment(ref _kills);
        ExpectEnd();
        _killer.Kill(_life?.Pid);
    }

    public void Dispose() => _life?.Watch?.Dispose();

    private void Watch(int pid)
    {
        lock (_lock)
        {
            var life = new Life(pid);
            _life = life;
            _isTold = false;
            HasLived = true;
            life.Watch = new ExitWatch(pid, () => OnEnded(life));
        }
    }

    /// <summary>On the watch's own thread. Nobody hears that the database is dead before its last backend is.</summary>
    private void OnEnded(Life life)
    {
        _killer.KillOrphans();
        bool isTold;
        lock (_lock)
        {
            isTold = _isTold;
            _life = null;
        }

        life.Ended.TrySetResult();
        signal.Wake();
        LogEnded(life.Pid, isTold ? "as told" : "without being told to");
    }

    [LoggerMessage(5001, LogLevel.Information, "PostgreSQL was started as process {Pid}")]
    private partial void LogStarted(int pid);

    [LoggerMessage(5002, LogLevel.Information, "PostgreSQL runs already as process {Pid} and is taken over")]
    private partial void LogAdopted(int pid);

    [LoggerMessage(5003, LogLevel.Warning, "PostgreSQL, process {Pid}, ended {Manner}")]
    private partial void LogEnded(int pid, string manner);

    private sealed class Life(int pid)
    {
        public int Pid => pid;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ExitWatch? Watch { get; set; }
    }
}
