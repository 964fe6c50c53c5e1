using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Kubernetes;

/// <summary>
/// The Kubernetes API as a store. It has writes to single objects that name the version they replace, and watches; so all keys of a cluster are in
/// one ConfigMap, and sessions are Leases that whoever watches ends (docs/decisions/0006-kubernetes.md).
/// </summary>
public sealed class KubernetesStore : IConsensusStore
{
    private readonly KubernetesStoreOptions options;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly KubernetesConnection connection;
    private readonly KubernetesCalls calls;
    private readonly Disturbances disturbances;
    private readonly ClusterObject cluster;
    private readonly KubernetesSessions sessions;
    private readonly KubernetesWatches watches;
    private readonly ConcurrentDictionary<string, StoredState> known = new(StringComparer.Ordinal);

    /// <exception cref="IOException">What says how to reach the API server cannot be read, or makes no sense.</exception>
    /// <exception cref="System.Security.Cryptography.CryptographicException">A certificate or its key cannot be used.</exception>
    public KubernetesStore(KubernetesStoreOptions options, TimeProvider time, ILogger<KubernetesStore> logger)
    {
        this.options = options;
        this.time = time;
        this.logger = logger;
        disturbances = new Disturbances(time);
        connection = KubernetesConnection.Open(options.Access, options.AttemptTimeout, time);
        calls = new KubernetesCalls(connection, options, time, logger);
        cluster = new ClusterObject(calls, options, time);
        sessions = new KubernetesSessions(calls, cluster, disturbances, options, time);
        watches = new KubernetesWatches(calls, cluster, options, time, logger);
    }

    public async Task<StoreImage> ReadAsync(string prefix, CancellationToken cancellationToken)
    {
        var state = await ReachableAsync(() => cluster.ReadAsync(time.GetTimestamp(), cancellationToken));
        known[prefix] = state;
        return state.Image(prefix);
    }

    public async Task<CommitResult> CommitAsync(StoreTransaction transaction, CancellationToken cancellationToken)
    {
        var id = KubernetesSessions.NewId();
        try
        {
            var (state, writtenAt) = await cluster.UpdateAsync(id, state => StateTransactions.Apply(state, transaction, id), cancellationToken);
            return writtenAt is { } revision
                ? new CommitResult(CommitOutcome.Committed, new Revision(revision))
                : new CommitResult(StateTransactions.Objection(state, transaction) ?? CommitOutcome.Committed, Revision.Absent);
        }
        catch (NoAnswerException silent)
        {
            return silent.MayBeDone ? new CommitResult(CommitOutcome.Unknown, Revision.Absent) : throw new StoreUnavailableException(silent.Message, silent);
        }
    }

    public async Task<SessionId> OpenSessionAsync(TimeSpan timeToLive, CancellationToken cancellationToken) =>
        new(await ReachableAsync(() => sessions.OpenAsync(timeToLive, cancellationToken)));

    public async Task<SessionKeeping> KeepSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        try
        {
            return KubernetesSessions.IsId(session.Text) ? await sessions.KeepAsync(session.Text, cancellationToken) : SessionKeeping.Ended;
        }
        catch (NoAnswerException)
        {
            return SessionKeeping.Unknown;
        }
    }

    public async Task CloseSessionAsync(SessionId session, CancellationToken cancellationToken)
    {
        if (KubernetesSessions.IsId(session.Text))
        {
            await ReachableAsync(async () =>
            {
                await sessions.CloseAsync(session.Text, cancellationToken);
                return true;
            });
        }
    }

    public IAsyncEnumerable<StoreChange> WatchAsync(string prefix, Revision after, CancellationToken cancellationToken) =>
        FollowAsync(prefix, known.GetValueOrDefault(prefix), after, cancellationToken);

    public ValueTask DisposeAsync()
    {
        connection.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>Whoever watches also ends sessions, and shows the role of its pod.</summary>
    private async IAsyncEnumerable<StoreChange> FollowAsync(
        string prefix, StoredState? start, Revision after, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var role = options.Pod is { } pod ? new PodRole(calls, options, pod, time, logger) : null;
        if (start is not null)
        {
            role?.Note(start);
        }

        var beside = Task.WhenAll(
            new SessionEndings(calls, cluster, sessions, disturbances, options, time, logger).RunAsync(ending.Token),
            role?.RunAsync(ending.Token) ?? Task.CompletedTask);
        try
        {
            await foreach (var change in watches.FollowAsync(prefix, start, after, Bring, cancellationToken))
            {
                yield return change;
            }
        }
        finally
        {
            await ending.CancelAsync();
            await beside;
        }

        void Bring(StoredState state)
        {
            known[prefix] = state;
            role?.Note(state);
        }
    }

    private static async Task<T> ReachableAsync<T>(Func<Task<T>> ask)
    {
        try
        {
            return await ask();
        }
        catch (NoAnswerException silent)
        {
            throw new StoreUnavailableException(silent.Message, silent);
        }
    }
}
