using Holdfast.Model;
using Holdfast.Model.Alerts;
using Holdfast.Ports.Store;

namespace Holdfast.Agent.Store;

/// <summary>The store, and how it has served its caller of late. The loop alone calls it.</summary>
internal sealed class MeasuredStore(IConsensusStore store, TimeProvider time) : IConsensusStore
{
    private const int CallsKept = 32;
    private const int CallsLeast = 8;
    private readonly TimeSpan?[] answers = new TimeSpan?[CallsKept];
    private long count;
    private StoreHealth? health = StoreHealth.Unknown;

    /// <summary>Of the last calls. A call without an answer is null.</summary>
    public StoreHealth Health => health ??= Compute();

    public Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken) => store.ReadAsync(prefix, cancellationToken);

    public async Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken) =>
        await MeasureAsync(store.CommitAsync(transaction, cancellationToken), result => result.Outcome != CommitOutcome.Unknown);

    public async Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken) =>
        await MeasureAsync(store.OpenSessionAsync(timeToLive, cancellationToken), _ => true);

    public async Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken) =>
        await MeasureAsync(store.KeepSessionAsync(session, cancellationToken), result => result != SessionKeeping.Unknown);

    public Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken) => store.CloseSessionAsync(session, cancellationToken);

    public IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, CancellationToken cancellationToken) => store.WatchAsync(prefix, after, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<T> MeasureAsync<T>(Task<T> call, Func<T, bool> isAnswer)
    {
        var began = time.GetTimestamp();
        TimeSpan? answered = null;
        try
        {
            var result = await call;
            answered = isAnswer(result) ? time.GetElapsedTime(began) : null;
            return result;
        }
        finally
        {
            answers[count++ % CallsKept] = answered;
            health = null;
        }
    }

    private StoreHealth Compute()
    {
        var calls = answers.AsSpan(0, (int)Math.Min(count, CallsKept));
        if (calls.Length < CallsLeast)
        {
            return StoreHealth.Unknown;
        }

        var answered = new List<TimeSpan>(CallsKept);
        foreach (var call in calls)
        {
            if (call is { } answer)
            {
                answered.Add(answer);
            }
        }

        answered.Sort();
        return new(answered.Count == 0 ? null : answered[answered.Count / 2], 100d * (calls.Length - answered.Count) / calls.Length, null);
    }
}
