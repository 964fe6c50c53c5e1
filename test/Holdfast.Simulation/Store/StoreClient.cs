using System.Runtime.CompilerServices;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Holdfast.Simulation.Time;

namespace Holdfast.Simulation.Store;

/// <summary>The store as one agent reaches it: late, lossy, and at times not at all.</summary>
internal sealed class StoreClient(StoreLine line) : IConsensusStore
{
    private readonly StoreServer server = line.Server;
    private readonly Scheduler scheduler = line.Scheduler;
    private readonly List<Watcher> watchers = [];

    public Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken) =>
        CallAsync(() => server.Read(prefix), static () => throw Unavailable("the read was not answered"), cancellationToken);

    public Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken) =>
        CallAsync(() => server.Commit(transaction), static () => new CommitResult(CommitOutcome.Unknown, Revision.Absent), cancellationToken);

    public Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken) =>
        CallAsync(() => server.Open(timeToLive), static () => throw Unavailable("the opening was not answered"), cancellationToken);

    public Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        CallAsync(() => server.Keep(session), static () => SessionKeeping.Unknown, cancellationToken);

    public Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        CallAsync(() => Closed(session), static () => throw Unavailable("the closing was not answered"), cancellationToken);

    public async IAsyncEnumerable<StoreChange> WatchAsync(
        string prefix, Revision after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var watcher = new Watcher((int)after.Number, scheduler.Now);
        watchers.Add(watcher);
        await using var registration = cancellationToken.Register(static state => ((Watcher)state!).Wake(), watcher);
        try
        {
            Deliver(watcher);
            while (true)
            {
                cancellationToken.ThrowIfCancellationRequested();
                while (watcher.Taken < watcher.Arrived)
                {
                    yield return server.Changes[watcher.Taken++];
                }

                if (watcher.Failure is { } failure)
                {
                    throw failure;
                }

                await watcher.WaitAsync();
            }
        }
        finally
        {
            watchers.Remove(watcher);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>The store has something new for whoever watches.</summary>
    public void OnChange()
    {
        foreach (var watcher in watchers)
        {
            Deliver(watcher);
        }
    }

    /// <summary>The stream of changes breaks, as when a proxy or the store's node goes away.</summary>
    public void BreakWatches(bool isCompacted)
    {
        foreach (var watcher in watchers)
        {
            watcher.Failure = isCompacted ? new StoreCompactedException("the history is gone") : Unavailable("the watch broke");
            watcher.Wake();
        }
    }

    internal static StoreUnavailableException Unavailable(string why) => new(why, null);

    private bool Closed(SessionId session)
    {
        server.Close(session);
        return true;
    }

    /// <summary>Changes arrive in order, each a little later than it happened; over a cut line they wait for its end.</summary>
    private void Deliver(Watcher watcher)
    {
        if (!line.CarriesAnswers)
        {
            return;
        }

        var upTo = server.Changes.Count;
        var delay = line.Network.Latency() + (line.Random.Chance(line.LosesAnswers > 0 ? 0.3 : 0.03) ? line.Random.Milliseconds(0, 700) : TimeSpan.Zero);
        var at = scheduler.Now + delay > watcher.LastArrival ? scheduler.Now + delay : watcher.LastArrival;
        watcher.LastArrival = at;
        scheduler.At(at, new Work(line.Process, () =>
        {
            if (upTo > watcher.Arrived && line.CarriesAnswers)
            {
                watcher.Arrived = upTo;
                watcher.Wake();
            }
        }));
    }

    private Task<T> CallAsync<T>(Func<T> apply, Func<T> lost, CancellationToken cancellationToken) =>
        new StoreCall<T>(line, apply, lost).SendAsync(cancellationToken);

    private sealed class Watcher(int after, TimeSpan now)
    {
        private TaskCompletionSource waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>Revisions are counted from one: the change of revision n is the list's item n - 1.</summary>
        public int Taken { get; set; } = after;

        public int Arrived { get; set; } = after;

        public TimeSpan LastArrival { get; set; } = now;

        public Exception? Failure { get; set; }

        public void Wake() => waiter.TrySetResult();

        public async Task WaitAsync()
        {
            await waiter.Task;
            waiter = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }
}
