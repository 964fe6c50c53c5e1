using System.Net;
using System.Security.Cryptography;

namespace Holdfast.Stores.Kubernetes;

/// <summary>The one ConfigMap that holds a cluster's keys: a transaction is one write that names the version it was thought out on.</summary>
internal sealed class ClusterObject(KubernetesCalls calls, KubernetesStoreOptions options, TimeProvider time)
{
    public const string Resource = "configmaps";
    private const int PauseMillisecondsMax = 20;
    private readonly StateDocuments documents = new(options);
    private StoredState? latest;

    /// <summary>Lists or watches nothing but this object.</summary>
    public string ListPath => $"{calls.PathOf(Resource)}?fieldSelector=metadata.name%3D{options.ObjectName}";

    public StoredState Parse(WireObject thing) => documents.Read(thing);

    /// <summary>What a watch brought: a writer may begin from there.</summary>
    public void Learn(StoredState state)
    {
        if (Volatile.Read(ref latest) is not { } known || known.Version < state.Version)
        {
            Volatile.Write(ref latest, state);
        }
    }

    /// <summary>As of a moment after the call began: a list without a resourceVersion is read from a majority.</summary>
    public async Task<StoredState> ReadAsync(long began, CancellationToken cancellationToken)
    {
        var call = KubernetesCall.List(Resource, ListPath);
        var answer = await calls.AskAsync(call, began, cancellationToken);
        if (!answer.IsSuccess)
        {
            throw new NoAnswerException(calls.Explain(call, answer), null, mayBeDone: false);
        }

        var list = answer.List();
        var state = list.Items is [var thing, ..] ? Parse(thing) : StateDocuments.Absent(StateDocuments.VersionOf(list.Metadata));
        Volatile.Write(ref latest, state);
        return state;
    }

    /// <summary>
    /// Makes a change, thought out anew on every state that it meets until one is still there when it is written. A plan that writes nothing
    /// is believed only on a state that was just read. Answers that state, or the one before the write.
    /// </summary>
    /// <param name="id">By which the change is recognised among <see cref="StoredState.Recent"/>, when its answer got lost.</param>
    /// <param name="plan">From a state to the next; null when there is nothing to write.</param>
    /// <param name="cancellationToken">Whoever waits gives up.</param>
    /// <exception cref="NoAnswerException">It surely did not happen, or may have.</exception>
    /// <exception cref="ArgumentException">The server does not take it.</exception>
    public async Task<(StoredState State, long? WrittenAt)> UpdateAsync(string id, Func<StoredState, StoredState?> plan, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();
        var isFresh = Volatile.Read(ref latest) is null;
        var before = Volatile.Read(ref latest) ?? await ReadAsync(began, cancellationToken);
        StoredState? doubted = null;
        while (true)
        {
            if (plan(before) is { } after)
            {
                if (before.Uid is null)
                {
                    await CreateAsync(began, cancellationToken);
                    (before, isFresh) = (await ReadAgainAsync(began, doubted is not null, cancellationToken), true);
                    continue;
                }

                var answer = await WriteAsync(before, after, began, doubted is not null, cancellationToken);
                if (answer.IsSuccess)
                {
                    Learn(Parse(answer.Object()));
                    return (before, after.Revision);
                }

                doubted = answer.WasUncertain ? before : doubted;
                await PauseAsync(answer, began, doubted is not null, cancellationToken);
            }
            else if (isFresh)
            {
                return (before, null);
            }

            before = await ReadAgainAsync(began, doubted is not null, cancellationToken);
            isFresh = true;
            if (doubted is not null && before.Recent.FirstOrDefault(commit => commit.Id == id) is { } found)
            {
                return (before, found.Revision);
            }

            doubted = StillDoubted(doubted, before);
        }
    }

    /// <summary>A write that named a version which has been replaced since, by somebody else, will never happen.</summary>
    private static StoredState? StillDoubted(StoredState? doubted, StoredState now)
    {
        if (doubted is null || doubted.IsSameAs(now))
        {
            return doubted;
        }

        return now.RemembersAllSince(doubted)
            ? null
            : throw new NoAnswerException("too much was written since to tell whether this was", null, mayBeDone: true);
    }

    private async Task<KubernetesAnswer> WriteAsync(StoredState before, StoredState after, long began, bool isInDoubt, CancellationToken cancellationToken)
    {
        var call = KubernetesCall.Patch(Resource, calls.PathOf(Resource, options.ObjectName), documents.Patch(before, after));
        try
        {
            var answer = await calls.AskAsync(call, began, cancellationToken);
            var hasMoved = answer.Status == HttpStatusCode.Conflict || answer.IsMissing(Resource, options.ObjectName);
            return answer.IsSuccess || hasMoved
                ? answer
                : throw new ArgumentException(calls.Explain(call, answer), nameof(after));
        }
        catch (NoAnswerException silent)
        {
            throw new NoAnswerException(silent.Message, silent, silent.MayBeDone || isInDoubt);
        }
    }

    private async Task CreateAsync(long began, CancellationToken cancellationToken)
    {
        var call = KubernetesCall.Create(Resource, calls.PathOf(Resource), documents.Empty());
        var answer = await calls.AskAsync(call, began, cancellationToken);
        if (!answer.IsSuccess && !answer.Exists)
        {
            throw new NoAnswerException(calls.Explain(call, answer), null, mayBeDone: false);
        }
    }

    private async Task<StoredState> ReadAgainAsync(long began, bool isInDoubt, CancellationToken cancellationToken)
    {
        try
        {
            return await ReadAsync(began, cancellationToken);
        }
        catch (NoAnswerException silent)
        {
            throw new NoAnswerException(silent.Message, silent, isInDoubt);
        }
    }

    /// <summary>Somebody else was faster, or the server's conflict is one of its own: either passes.</summary>
    private async Task PauseAsync(KubernetesAnswer answer, long began, bool isInDoubt, CancellationToken cancellationToken)
    {
        if (time.GetElapsedTime(began) >= options.RequestTimeout)
        {
            throw new NoAnswerException($"kubernetes {calls.Server}: {answer.Text}", null, isInDoubt);
        }

        await Task.Delay(TimeSpan.FromMilliseconds(RandomNumberGenerator.GetInt32(1, PauseMillisecondsMax)), time, cancellationToken);
    }
}
