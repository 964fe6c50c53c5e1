using Holdfast.Ports;
using Microsoft.Extensions.Logging;

namespace Holdfast.Engines.Processes;

/// <summary>The server process: started or adopted, watched, signalled and killed.</summary>
/// <param name="product">The database's name, for words to people.</param>
/// <param name="killer">Of this server's data directory.</param>
/// <param name="findServer">The process that the server's lock file names; null for none.</param>
/// <param name="signal">Woken when the process ends.</param>
/// <param name="logger">Of the engine.</param>
internal partial class ServerProcess(
    string product,
    ServerKiller killer,
    Func<int?> findServer,
    IAgentSignal signal,
    ILogger logger) : IDisposable
{
    private readonly Lock _lock = new();
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

        if (findServer() is not { } found || !killer.IsOurs(found))
        {
            return false;
        }

        Watch(found);
        LogAdopted(product, found);
        return true;
    }

    /// <summary>Starts the server, unless a kill came after <paramref name="killsBefore"/> was read.</summary>
    /// <param name="launch">Starts the program and answers its pid.</param>
    /// <param name="killsBefore">See above.</param>
    public void Start(Func<int> launch, long killsBefore)
    {
        // What a dead server left behind holds its shared memory and could still answer clients.
        killer.KillOrphans();
        if (Kills != killsBefore)
        {
            throw new OperationCanceledException("the database was killed while it was about to start");
        }

        var pid = launch();
        Watch(pid);
        LogStarted(product, pid);
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

    public bool Signal(int signalNumber) => _life is { } life && Posix.Signal(life.Pid, signalNumber);

    public void Kill()
    {
        Interlocked.Increment(ref _kills);
        ExpectEnd();
        killer.Kill(_life?.Pid);
    }

    public void Dispose()
    {
        _life?.Watch?.Dispose();
        GC.SuppressFinalize(this);
    }

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
        killer.KillOrphans();
        bool isTold;
        lock (_lock)
        {
            isTold = _isTold;
            _life = null;
        }

        life.Ended.TrySetResult();
        signal.Wake();
        LogEnded(product, life.Pid, isTold ? "as told" : "without being told to");
    }

    [LoggerMessage(5001, LogLevel.Information, "{Product} was started as process {Pid}")]
    private partial void LogStarted(string product, int pid);

    [LoggerMessage(5002, LogLevel.Information, "{Product} runs already as process {Pid} and is taken over")]
    private partial void LogAdopted(string product, int pid);

    [LoggerMessage(5003, LogLevel.Warning, "{Product}, process {Pid}, ended {Manner}")]
    private partial void LogEnded(string product, int pid, string manner);

    private sealed class Life(int pid)
    {
        public int Pid => pid;

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public ExitWatch? Watch { get; set; }
    }
}
