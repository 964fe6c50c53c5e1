using System.Collections.Immutable;
using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Control;
using Holdfast.Ports.Store;

namespace Holdfast.Agent.Store;

/// <summary>A store whose calls are counted and timed. It changes none of them.</summary>
internal sealed class MeasuredStore(IConsensusStore store, TimeProvider time) : IConsensusStore
{
    private readonly Calls reads = new("read");
    private readonly Calls commits = new("commit");
    private readonly Calls opened = new("open_session");
    private readonly Calls kept = new("keep_session");
    private readonly Calls closed = new("close_session");
    private readonly RecentCalls recent = new();

    /// <summary>Of the last calls that keep this member in the cluster: commits and sessions.</summary>
    public StoreHealth Health => recent.Health;

    /// <summary>Of the calls that were made at all.</summary>
    public ImmutableArray<StoreCallFigures> Figures =>
        [.. new[] { reads.Figures, commits.Figures, opened.Figures, kept.Figures, closed.Figures }.Where(figures => figures.Calls > 0)];

    public Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken) =>
        MeasureAsync(reads, () => store.ReadAsync(prefix, cancellationToken), _ => true);

    public Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken) =>
        MeasureAsync(commits, () => store.CommitAsync(transaction, cancellationToken), result => result.Outcome != CommitOutcome.Unknown);

    public Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken) =>
        MeasureAsync(opened, () => store.OpenSessionAsync(timeToLive, cancellationToken), _ => true);

    public Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        MeasureAsync(kept, () => store.KeepSessionAsync(session, cancellationToken), keeping => keeping != SessionKeeping.Unknown);

    public Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        MeasureAsync(closed, () => EndAsync(store.CloseSessionAsync(session, cancellationToken)), _ => true);

    public IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, CancellationToken cancellationToken) =>
        store.WatchAsync(prefix, after, cancellationToken);

    public ValueTask DisposeAsync() => store.DisposeAsync();

    private static async Task<bool> EndAsync(Task call)
    {
        await call;
        return true;
    }

    private async Task<T> MeasureAsync<T>(Calls calls, Func<Task<T>> call, Func<T, bool> isAnswer)
    {
        var begun = time.GetTimestamp();
        var isAnswered = false;
        try
        {
            var result = await call();
            isAnswered = isAnswer(result);
            return result;
        }
        finally
        {
            var took = time.GetElapsedTime(begun);
            calls.Add(took, isAnswered);
            if (calls != reads && calls != closed)
            {
                recent.Add(isAnswered ? took : null);
            }
        }
    }

    private sealed class Calls(string operation)
    {
        private StoreCallFigures figures = new(operation, 0, 0, TimeSpan.Zero, TimeSpan.Zero);

        public StoreCallFigures Figures => Volatile.Read(ref figures);

        public void Add(TimeSpan duration, bool isAnswered)
        {
            while (true)
            {
                var known = Figures;
                var next = new StoreCallFigures(
                    operation, known.Calls + 1, known.Failures + (isAnswered ? 0 : 1), known.Total + duration, duration)
                { IsAnswered = isAnswered };
                if (ReferenceEquals(Interlocked.CompareExchange(ref figures, next, known), known))
                {
                    return;
                }
            }
        }
    }
}
