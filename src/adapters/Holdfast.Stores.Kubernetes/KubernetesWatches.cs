using System.Runtime.CompilerServices;
using Holdfast.Model;
using Holdfast.Ports.Store;
using Microsoft.Extensions.Logging;

namespace Holdfast.Stores.Kubernetes;

/// <summary>Follows the cluster's object, and says below a prefix what differs from one of its versions to the next.</summary>
internal sealed partial class KubernetesWatches(KubernetesCalls calls, ClusterObject cluster, KubernetesStoreOptions options, TimeProvider time, ILogger logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongPause = TimeSpan.FromMilliseconds(500);
    private readonly Complaints complaints = new(time);

    public async IAsyncEnumerable<StoreChange> FollowAsync(
        string prefix, StoredState? known, Revision after, Action<StoredState> bring, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = known?.Revision == after.Number ? known : throw new StoreCompactedException("Kubernetes keeps no changes that can be asked for by revision: read anew");
        await foreach (var state in StatesAsync(last, cancellationToken))
        {
            if (state.Revision < last.Revision)
            {
                throw new StoreCompactedException($"Kubernetes has gone back from {last.Revision} to {state.Revision}");
            }

            var change = last.ChangeTo(state, prefix);
            last = state;
            if (change is not null)
            {
                bring(state);
                yield return change;
            }
        }
    }

    /// <summary>Every version of the object that is newer than the one before, though perhaps not each.</summary>
    private async IAsyncEnumerable<StoredState> StatesAsync(StoredState last, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var position = last.Version;
        for (var failures = 0; ;)
        {
            var (watch, trouble) = await KubernetesWatch.OpenAsync(calls, ClusterObject.Resource, cluster.ListPath, position, options.WatchLife, time, cancellationToken);
            var step = watch is null ? new Step(null, position, trouble, IsOver: true) : default;
            if (watch is not null)
            {
                await using (watch)
                {
                    while (!step.IsOver)
                    {
                        step = await StepAsync(watch, last, position, cancellationToken);
                        position = step.Position;
                        if (step.State is { } state && state.Version > last.Version)
                        {
                            cluster.Learn(state);
                            last = state;
                            failures = 0;
                            yield return state;
                        }
                    }
                }
            }

            await Task.Delay(step.Trouble.Length == 0 || ++failures <= 1 ? Pause : LongPause, time, cancellationToken);
            if (step.Trouble.Length > 0)
            {
                Complain(step.Trouble);
                if (await TryReadAsync(cancellationToken) is { } now && now.Version > last.Version)
                {
                    (last, position) = (now, now.Version);
                    yield return now;
                }
            }
        }
    }

    private async Task<Step> StepAsync(KubernetesWatch watch, StoredState last, long position, CancellationToken cancellationToken)
    {
        try
        {
            return await NextAsync(watch, last, position, cancellationToken);
        }
        catch (NoAnswerException unreadable)
        {
            return new(null, position, unreadable.Message, IsOver: true);
        }
    }

    private async Task<Step> NextAsync(KubernetesWatch watch, StoredState last, long position, CancellationToken cancellationToken)
    {
        switch (await watch.NextAsync(options.WatchSilence, cancellationToken))
        {
            case WatchNews.Bookmark bookmark:
                return new(null, bookmark.Version, "", IsOver: false);
            case WatchNews.Changed change:
                var state = Read(change);
                return new(state, state.Version, "", IsOver: false);
            case WatchNews.Over over:
                return new(null, position, over.Why, IsOver: true);
            default:
                // A watch may be quiet because nothing happens, or because nothing comes through any more.
                var now = await TryReadAsync(cancellationToken);
                var isBehind = now?.Version > last.Version && (now.Uid is not null || last.Uid is not null);
                return new(isBehind ? now : null, isBehind ? now?.Version ?? position : position, "", IsOver: now is null || isBehind);
        }
    }

    private StoredState Read(WatchNews.Changed change) =>
        change.IsGone ? StateDocuments.Absent(StateDocuments.VersionOf(change.Object.Metadata)) : cluster.Parse(change.Object);

    private async Task<StoredState?> TryReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await cluster.ReadAsync(time.GetTimestamp(), cancellationToken);
        }
        catch (NoAnswerException silent)
        {
            Complain(silent.Message);
            return null;
        }
    }

    private void Complain(string why)
    {
        if (complaints.IsDue())
        {
            LogEnded(why);
        }
    }

    private readonly record struct Step(StoredState? State, long Position, string Trouble, bool IsOver);

    [LoggerMessage(2153, LogLevel.Warning, "The watch of the cluster's keys is begun anew: {Why}")]
    private partial void LogEnded(string why);
}
