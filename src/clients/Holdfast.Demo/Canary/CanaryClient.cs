namespace Holdfast.Demo.Canary;

/// <summary>A client that writes without a pause and remembers what was acknowledged and when: the witness of every measurement.</summary>
public sealed class CanaryClient : IAsyncDisposable
{
    private const int ReadAttempts = 20;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private readonly CancellationTokenSource stopping = new();
    private readonly PrimaryFinder finder;
    private readonly TimeProvider time;
    private readonly Task writing;

    private CanaryClient(IReadOnlyList<CanaryHost> hosts, int writers, TimeProvider time)
    {
        this.time = time;
        finder = new(hosts, time);
        Log = new(time, hosts.All(host => host.Kind.KeepsClients));
        writing = Task.WhenAll(Enumerable.Range(0, writers).Select(number => new CanaryWriter(number, finder, Log, time).RunAsync(stopping.Token)));
    }

    /// <summary>The canary's clock.</summary>
    public TimeSpan Now => Log.Now;

    public int AcknowledgedCount => Log.Count;

    internal CanaryLog Log { get; }

    /// <summary>Makes the table on the primary and starts to write.</summary>
    public static async Task<CanaryClient> StartAsync(
        IReadOnlyList<CanaryHost> hosts,
        int writers,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        var primary = await new PrimaryFinder(hosts, time).FindAsync(cancellationToken);
        await CanaryTable.CreateAsync(primary, cancellationToken);
        return new(hosts, writers, time);
    }

    public IReadOnlyList<Acknowledgement> Acknowledgements() => Log.Snapshot();

    /// <summary>Waits until a number of further writes was acknowledged; false: not in time.</summary>
    public Task<bool> WaitForWritesAsync(int count, TimeSpan limit, CancellationToken cancellationToken)
    {
        var goal = Log.Count + count;
        return WaitAsync(() => Log.Count >= goal, limit, cancellationToken);
    }

    /// <summary>Waits until a write succeeds on a connection that was opened, or at a server that was promoted, after that time; false: not in time.</summary>
    public Task<bool> WaitForServiceSinceAsync(TimeSpan at, TimeSpan limit, CancellationToken cancellationToken) =>
        WaitAsync(() => Log.IsServedSince(at), limit, cancellationToken);

    /// <summary>Reads all rows from the server that takes writes now; answers which acknowledged ones are missing.</summary>
    public async Task<IReadOnlyList<Acknowledgement>> FindLostAsync(CancellationToken cancellationToken)
    {
        var acknowledged = Log.Snapshot();
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var primary = await finder.FindAsync(cancellationToken);
                return CanaryFigures.Lost(acknowledged, await CanaryTable.RowsAsync(primary, cancellationToken));
            }
            catch (Exception exception) when (attempt < ReadAttempts && Connections.IsLoss(exception, cancellationToken))
            {
                await Task.Delay(Look, time, cancellationToken);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await writing;
        stopping.Dispose();
    }

    private async Task<bool> WaitAsync(Func<bool> isReached, TimeSpan limit, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        while (!isReached())
        {
            // A writer that died of a mistake of ours must not look like a server that does not answer.
            if (writing.IsFaulted)
            {
                await writing;
            }

            if (time.GetElapsedTime(began) > limit)
            {
                return false;
            }

            await Task.Delay(Look, time, cancellationToken);
        }

        return true;
    }
}
